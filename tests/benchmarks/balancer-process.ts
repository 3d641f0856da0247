import { openBalancer, type Balancer } from '../fixtures/network/balancer.ts';
import { answerQuestions } from './child-process.ts';

/** The balancer in a process of its own, as a real one is. */
export type BalancerQuestion =
  | { readonly ask: 'open'; readonly targets: readonly string[] }
  | { readonly ask: 'counts' };

let balancer: Balancer | undefined;

answerQuestions(async (question: BalancerQuestion): Promise<unknown> => {
  if (question.ask === 'counts') return balancer?.counts();
  balancer = await openBalancer(question.targets);
  return balancer.address;
});
