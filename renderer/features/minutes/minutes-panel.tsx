import { Button } from '@fluentui/react-components';
import { DocumentPdf20Regular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import type { AgendaItem } from '../../../common/collab/plan.ts';
import type { MeetingView } from '../../../common/contract/requests.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import { minutesItems } from '../../../common/domain/minutes-items.ts';
import { useDocument, useSynced } from '../../collab/open-document.ts';
import { Waiting } from '../../ui/screen.tsx';
import { AttendanceFacts, GeneralFacts, ItemFacts } from './facts.tsx';
import { MinutesEditor } from './minutes-editor.tsx';
import { MinutesStageBar } from './minutes-stage-bar.tsx';
import styles from './minutes.module.css';

/** The minutes while they are written: facts from the acts, which nobody can edit, and free text between them. */
export function MinutesPanel(props: {
  readonly view: MeetingView;
  readonly state: MeetingState;
  readonly agenda: readonly AgendaItem[];
  readonly previewing: boolean;
  readonly onPreview: () => void;
}) {
  const { t } = useTranslation();
  const { view, state, agenda } = props;
  const document = useDocument(`${view.summary.meeting}/minutes`);
  const synced = useSynced(document);
  // Frozen text is what was signed: changing the draft behind it would only mislead.
  const writes = view.me.roles.office || view.me.roles.convener || view.me.roles.voting;
  const editable = writes && !view.summary.readOnly && state.minutes.stage === 'draft';
  if (document === null || !synced) return <Waiting text={t('common.loading')} />;
  const listed = minutesItems(
    agenda.map(({ id }) => id),
    state.items,
  );
  const opened = listed.filter((id) => state.items[id] !== undefined);
  return (
    <>
      <MinutesStageBar view={view} state={state} />
      <div>
        <Button
          icon={<DocumentPdf20Regular />}
          aria-pressed={props.previewing}
          onClick={props.onPreview}
          data-testid="preview-minutes"
        >
          {props.previewing ? t('minutes.hidePreview') : t('minutes.showPreview')}
        </Button>
      </div>
      <AttendanceFacts state={state} />
      {opened.length === 0 ? <p className={styles['quiet']}>{t('minutes.nothingYet')}</p> : null}
      {opened.map((id) => {
        const item = state.items[id];
        return item === undefined ? null : (
          <section key={id} className={styles['section']} aria-label={item.title}>
            <h3>{`${item.ordinal}. ${item.title}`}</h3>
            <ItemFacts state={state} item={item} />
            <MinutesEditor
              doc={document.doc}
              section={id}
              editable={editable}
              label={t('minutes.textOfItem', { ordinal: item.ordinal })}
            />
          </section>
        );
      })}
      <GeneralFacts state={state} items={listed} />
      <section className={styles['section']} aria-label={t('minutes.closing')}>
        <h3>{t('minutes.closing')}</h3>
        <MinutesEditor doc={document.doc} section="closing" editable={editable} label={t('minutes.closing')} />
        {state.conclusion === null ? null : <p className={styles['fact']}>{state.conclusion}</p>}
      </section>
    </>
  );
}
