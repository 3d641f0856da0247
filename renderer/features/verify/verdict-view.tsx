import { CheckmarkCircle48Filled, ErrorCircle48Filled, QuestionCircle48Filled } from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileVerdict, PackageVerdict } from '../../../common/contract/requests.ts';
import type { ChangeAfterSigning, Outcome, SignerVerdict } from '../../../common/domain/verdict.ts';
import { screenStyles, Section, Status, type Tone } from '../../ui/screen.tsx';
import { dateAndTime } from '../../ui/time.ts';
import styles from './verify.module.css';

const TONES: Readonly<Record<Outcome, Tone>> = { valid: 'good', invalid: 'bad', unknown: 'warn' };
const SIGNS: Readonly<Record<Outcome, ReactElement>> = {
  valid: <CheckmarkCircle48Filled aria-hidden />,
  invalid: <ErrorCircle48Filled aria-hidden />,
  unknown: <QuestionCircle48Filled aria-hidden />,
};

/** One clear verdict first, then its reasons. */
export function VerdictView({ verdict: file }: { readonly verdict: FileVerdict }) {
  const { t } = useTranslation();
  const { verdict } = file;
  return (
    <div className={screenStyles['section']}>
      <div
        className={`${styles['verdict']} ${styles[verdict.outcome]}`}
        data-testid="verdict"
        data-outcome={verdict.outcome}
      >
        {SIGNS[verdict.outcome]}
        <div>
          <div className={styles['name']}>{file.name}</div>
          <strong className={styles['say']}>{t(`verify.outcome.${verdict.outcome}`)}</strong>
          {file.minutesOf === null ? null : (
            <div data-testid="minutes-of">{t('verify.minutesOf', { title: file.minutesOf })}</div>
          )}
          {verdict.problems.map((problem) => (
            <div key={problem}>{t(`verdict.${problem}`)}</div>
          ))}
        </div>
      </div>
      {file.package === null ? null : <PackageFacts content={file.package} />}
      {verdict.signers.length === 0 ? null : (
        <Section title={t('verify.signers')}>
          <ol className={screenStyles['list']}>
            {verdict.signers.map((signer) => (
              <Signer key={signer.field} signer={signer} />
            ))}
          </ol>
        </Section>
      )}
      {verdict.changes.length === 0 ? null : (
        <Section title={t('verify.changes')}>
          <ul className={screenStyles['list']}>
            {verdict.changes.map((change, index) => (
              <Change key={index} change={change} />
            ))}
          </ul>
        </Section>
      )}
      {verdict.unchecked.length === 0 ? null : (
        <Section title={t('verify.unchecked')}>
          <ul>
            {verdict.unchecked.map((code) => (
              <li key={code}>{t(`verdict.unchecked.${code}`)}</li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Signer({ signer }: { readonly signer: SignerVerdict }) {
  const { t, i18n } = useTranslation();
  // The fields of our own minutes say who signs there; what others call theirs says nothing.
  const role = `verify.fields.${signer.field}`;
  return (
    <li className={screenStyles['card']} data-testid="signer">
      <strong>{signer.name === '' ? t('verify.namelessSigner') : signer.name}</strong>
      {i18n.exists(role) ? <span>{t(role)}</span> : null}
      {signer.organisation === '' ? null : <span className={screenStyles['hint']}>{signer.organisation}</span>}
      <Status tone={TONES[signer.outcome]}>{t(`verify.signature.${signer.outcome}`)}</Status>
      {signer.claimedTime === undefined ? null : (
        <span>{t('verify.claimedTime', { time: dateAndTime(signer.claimedTime) })}</span>
      )}
      <span>{t(signer.coversWholeDocument ? 'verify.coversAll' : 'verify.coversPart')}</span>
      {signer.problems.map((problem) => (
        <span key={problem}>{t(`verdict.${problem}`)}</span>
      ))}
    </li>
  );
}

function Change({ change }: { readonly change: ChangeAfterSigning }) {
  const { t } = useTranslation();
  const what = t(`verdict.change.${change.kind}`);
  return (
    <li>
      <Status tone={change.allowed ? 'quiet' : 'bad'}>
        {change.page === undefined ? what : t('verify.changeOnPage', { what, page: change.page + 1 })}
        {' · '}
        {t(change.allowed ? 'verify.changeAllowed' : 'verify.changeNotAllowed')}
      </Status>
    </li>
  );
}

function PackageFacts({ content }: { readonly content: PackageVerdict }) {
  const { t } = useTranslation();
  return (
    <Section title={t('verify.package')}>
      <strong>{content.title}</strong>
      <Status tone={content.invalidActs === 0 ? 'good' : 'bad'}>
        {t('verify.acts', { count: content.acts, invalid: content.invalidActs })}
      </Status>
      <Status tone={content.damagedPapers === 0 ? 'good' : 'bad'}>
        {t('verify.papers', { count: content.papers, damaged: content.damagedPapers })}
      </Status>
    </Section>
  );
}
