import { Field, Textarea } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgendaItemId } from '../../../common/domain/ids.ts';
import type { MeetingState } from '../../../common/domain/meeting-state.ts';
import type { Acting } from '../../bridge/use-act.ts';
import { Confirm } from '../../ui/confirm.tsx';

/** The conclusion of an item or, with `item` null, of the whole meeting. A later one replaces the earlier. */
export function ConcludeDialog(props: {
  readonly open: boolean;
  readonly item: AgendaItemId | null;
  readonly state: MeetingState;
  readonly acting: Acting;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { item, state } = props;
  const before = (item === null ? state.conclusion : state.items[item]?.conclusion) ?? '';
  const [text, setText] = useState(before);
  useEffect(() => {
    if (props.open) setText(before);
    // Only when it is opened: what is being typed must not be overwritten.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [props.open, item]);
  return (
    <Confirm
      open={props.open}
      title={
        item === null
          ? t('meeting.concludeMeeting')
          : t('meeting.concludeItem', { title: state.items[item]?.title ?? '' })
      }
      action={t('meeting.saveConclusion')}
      disabled={text.trim() === ''}
      busy={props.acting.busy}
      testid="save-conclusion"
      onCancel={props.onClose}
      onConfirm={() =>
        void props.acting
          .act('concluded', { item, text: text.trim().slice(0, 20_000) })
          .then((done) => (done ? props.onClose() : undefined))
      }
    >
      <Field label={t('meeting.conclusion')} required hint={t('meeting.conclusionHint')}>
        <Textarea
          rows={6}
          resize="vertical"
          value={text}
          onChange={(_, { value }) => setText(value)}
          data-testid="conclusion-text"
        />
      </Field>
    </Confirm>
  );
}
