/** An expected outcome that the caller must look at; `error` is a code that the interface has words for. Bugs throw. */
export type Result<Value, Failure extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

export const succeed = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value });
export const fail = <Failure extends string>(error: Failure): { readonly ok: false; readonly error: Failure } => ({
  ok: false,
  error,
});
