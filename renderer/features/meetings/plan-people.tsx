import { Button, Checkbox, Select } from '@fluentui/react-components';
import { Delete20Regular, PersonAdd20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import { putPlanPerson, removePlanPerson } from '../../../common/collab/plan.ts';
import type { MeetingRole, RosterEntry } from '../../../common/domain/roster.ts';
import { usePeople } from '../../bridge/engine-values.ts';
import type { Plan } from '../../collab/plan.ts';
import { Section } from '../../ui/screen.tsx';
import styles from './prepare.module.css';

const ROLES: readonly MeetingRole[] = ['chair', 'secretary', 'member', 'guest', 'relay'];
const votesNever = (role: MeetingRole): boolean => role === 'guest' || role === 'relay';

/** Who takes part, as what, and with a vote or without. */
export function PlanPeople(props: { readonly doc: Y.Doc; readonly plan: Plan; readonly onPeople: () => void }) {
  const { t } = useTranslation();
  const { doc, plan } = props;
  const people = usePeople();
  const known = people.state === 'known' ? people.value.members : [];
  const others = known.filter(({ member }) => !plan.people.some((entry) => entry.member === member));

  function add(person: (typeof known)[number]): void {
    const { member, name, position } = person;
    putPlanPerson(doc, { member, name, position, role: 'member', voting: true });
  }

  /** There is one chair and one secretary: who had the role before becomes a member. */
  function setRole(entry: RosterEntry, role: MeetingRole): void {
    doc.transact(() => {
      if (role === 'chair' || role === 'secretary') {
        for (const other of plan.people) {
          if (other.role === role && other.member !== entry.member) putPlanPerson(doc, { ...other, role: 'member' });
        }
      }
      putPlanPerson(doc, { ...entry, role, voting: !votesNever(role) && (votesNever(entry.role) || entry.voting) });
    });
  }

  return (
    <Section title={t('meeting.people')} hint={t('meeting.peopleHint')}>
      <table className={styles['people']}>
        <thead>
          <tr>
            <th scope="col">{t('people.name')}</th>
            <th scope="col">{t('meeting.role')}</th>
            <th scope="col">{t('meeting.votes')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('common.remove')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {plan.people.map((entry) => (
            <tr key={entry.member} data-testid={`person-${entry.member}`}>
              <td>
                <strong>{entry.name}</strong>
                <div className={styles['position']}>{entry.position}</div>
              </td>
              <td>
                <Select
                  aria-label={t('meeting.roleOf', { name: entry.name })}
                  value={entry.role}
                  onChange={(_, { value }) => setRole(entry, value as MeetingRole)}
                  data-testid={`role-${entry.member}`}
                >
                  {ROLES.map((role) => (
                    <option key={role} value={role}>
                      {t(`role.${role}`)}
                    </option>
                  ))}
                </Select>
              </td>
              <td>
                <Checkbox
                  aria-label={t('meeting.votesOf', { name: entry.name })}
                  checked={entry.voting}
                  disabled={votesNever(entry.role)}
                  onChange={(_, { checked }) => putPlanPerson(doc, { ...entry, voting: checked === true })}
                />
              </td>
              <td>
                <Button
                  appearance="subtle"
                  icon={<Delete20Regular />}
                  aria-label={t('meeting.removePerson', { name: entry.name })}
                  onClick={() => removePlanPerson(doc, entry.member)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles['others']}>
        {others.map((person) => (
          <Button
            key={person.member}
            icon={<PersonAdd20Regular />}
            onClick={() => add(person)}
            data-testid={`add-person-${person.member}`}
          >
            {person.name}
          </Button>
        ))}
        {others.length > 1 ? (
          <Button
            appearance="outline"
            onClick={() => doc.transact(() => others.forEach(add))}
            data-testid="add-everybody"
          >
            {t('meeting.addEverybody')}
          </Button>
        ) : null}
        <Button appearance="subtle" onClick={props.onPeople}>
          {t('meeting.inviteMore')}
        </Button>
      </div>
    </Section>
  );
}
