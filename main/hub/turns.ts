/**
 * Shares a thread between large work and small: `turn(cost)` resolves when the work may be done, at most `costPerTurn` of
 * it in one turn of the event loop, in the order asked. What else came meanwhile is dealt with between two turns.
 */
export function createTurns(costPerTurn: number): (cost: number) => Promise<void> {
  const waiting: { readonly cost: number; go(): void }[] = [];
  let left = costPerTurn;
  let renewing = false;

  function use(cost: number): void {
    left -= cost;
    if (renewing) return;
    renewing = true;
    setImmediate(renew);
  }

  function renew(): void {
    renewing = false;
    left = costPerTurn;
    while (left > 0) {
      const next = waiting.shift();
      if (!next) return;
      use(next.cost);
      next.go();
    }
  }

  return (cost) => {
    if (left <= 0) return new Promise((go) => waiting.push({ cost, go }));
    use(cost);
    return Promise.resolve();
  };
}
