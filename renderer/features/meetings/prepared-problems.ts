import { isPossibleStart } from '../../../common/collab/summons.ts';
import type { Plan } from '../../collab/plan.ts';

export type PreparedProblem =
  | 'no-title'
  | 'no-start'
  | 'impossible-start'
  | 'no-chair'
  | 'no-secretary'
  | 'no-voters'
  | 'no-items'
  | 'untitled-item';

/** What still has to be settled before people can be summoned; each has its sentence. */
export function preparedProblems(plan: Plan): PreparedProblem[] {
  const has = (role: string): boolean => plan.people.some((person) => person.role === role);
  const start = plan.meta?.start ?? '';
  const hasStart = !Number.isNaN(new Date(start).getTime());
  const problems: [boolean, PreparedProblem][] = [
    [(plan.meta?.title ?? '').trim() === '', 'no-title'],
    [!hasStart, 'no-start'],
    [hasStart && !isPossibleStart(start), 'impossible-start'],
    [!has('chair'), 'no-chair'],
    [!has('secretary'), 'no-secretary'],
    [!plan.people.some((person) => person.voting), 'no-voters'],
    [plan.agenda.length === 0, 'no-items'],
    [plan.agenda.some((item) => item.title.trim() === ''), 'untitled-item'],
  ];
  return problems.filter(([is]) => is).map(([, problem]) => problem);
}
