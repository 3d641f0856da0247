import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../../common/contract/requests.ts';
import { dayAndTime } from '../../ui/time.ts';

/** Where there is no connection line: that own changes stay on this laptop, and what to do. [CERT-7] [LOG-15] */
export function HeldBackNotice({ connection }: { readonly connection: Connection }) {
  const { t } = useTranslation();
  const { heldBack, onlyHere } = connection;
  if (heldBack === null || onlyHere.since === null) return null;
  return (
    <MessageBar intent="error" layout="multiline" data-testid="held-back" data-why={heldBack}>
      <MessageBarBody>{t(`meeting.connection.long.${heldBack}`, { time: dayAndTime(onlyHere.since) })}</MessageBarBody>
    </MessageBar>
  );
}
