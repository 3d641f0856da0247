/** An expected outcome that the caller must look at; `error` is a code that the interface has words for. Bugs throw. */
export type Result<Value, Failure extends string> = { ok: true; value: Value } | { ok: false; error: Failure };

export const succeed = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });
export const fail = <Failure extends string>(error: Failure): { ok: false; error: Failure } => ({ ok: false, error });
