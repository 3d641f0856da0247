import { Button, Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import { FolderOpen20Regular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { create } from 'zustand';
import type { EnrolmentStatus } from '../../../common/contract/requests.ts';
import { askDesktop, fileNameOf, RequestFailure } from '../../bridge/phien.ts';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { notifyFailure } from '../../ui/notify.ts';
import { Screen, screenStyles } from '../../ui/screen.tsx';
import { StillMissing } from './still-missing.tsx';
import { isGoodSecret, NO_SECRET, PIN_LEAST, PresentPinField, SecretFields } from './pin-fields.tsx';

interface Typed {
  readonly kind: 'code' | 'file';
  readonly code: string;
  readonly address: string;
  readonly path: string;
  readonly name: string;
}

/** Outlives the form, which gives way while a request is under way: a mistyped code is mended, not typed anew. */
const useTyped = create<Typed>(() => ({ kind: 'code', code: '', address: '', path: '', name: '' }));
const type = (change: Partial<Typed>): void => useTyped.setState(change);

/** The way in of an invited person: a code or a file, a name, a PIN. */
export function EnrolmentForm(props: {
  /** The request before, when it was refused or failed. */
  readonly failed: EnrolmentStatus | null;
  /** Who works here already and needs a new key. */
  readonly renews?: {
    readonly name: string;
    readonly title: string;
    readonly explanation: ReactNode;
    /** The PIN is known and stays. */
    readonly pinStays?: boolean;
  };
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const begin = useRequest('enrolment.begin');
  const { kind, code, address, path, name: typedName } = useTyped();
  const name = props.renews?.name ?? typedName;
  const codeLabel = t(props.renews ? 'people.forgotten.code' : 'people.enrolment.code');
  const pinKind = props.renews ? 'newPin' : 'pin';
  const pinStays = props.renews?.pinStays === true;
  const [pin, setPin] = useState(NO_SECRET);
  const missing = [
    ...(kind === 'code' && code.trim() === '' ? [codeLabel] : []),
    ...(kind === 'file' && path === '' ? [t('people.enrolment.withFile')] : []),
    ...(name.trim() === '' ? [t('people.yourName')] : []),
    ...(pinStays && pin.first === '' ? [t('people.pin.label')] : []),
    ...(pinStays || isGoodSecret(pin, PIN_LEAST) ? [] : [t(`people.${pinKind}.label`)]),
  ];
  const complete = missing.length === 0;

  async function chooseFile(): Promise<void> {
    try {
      const [chosen] = await askDesktop('desktop.chooseFiles', {
        title: t('people.enrolment.chooseFile'),
        filterName: t('people.enrolment.fileKind'),
        extensions: ['phien-invite'],
        several: false,
      });
      if (chosen !== undefined) type({ path: chosen });
    } catch (error) {
      notifyFailure(error);
    }
  }

  return (
    <Screen title={props.renews?.title ?? t('people.enrolment.title')}>
      {props.renews?.explanation}
      <form
        className={screenStyles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!complete || begin.busy) return;
          void begin.run({
            via:
              kind === 'file'
                ? { kind, path }
                : { kind, code: code.trim(), ...(address.trim() === '' ? {} : { address: address.trim() }) },
            name,
            pin: pin.first,
            renew: props.renews !== undefined,
          });
        }}
      >
        <Field label={t('people.enrolment.with')}>
          <RadioGroup
            layout="horizontal"
            value={kind}
            onChange={(_, { value }) => type({ kind: value as Typed['kind'] })}
          >
            <Radio value="code" label={codeLabel} data-testid="with-code" />
            <Radio value="file" label={t('people.enrolment.withFile')} data-testid="with-file" />
          </RadioGroup>
        </Field>
        {kind === 'code' ? (
          <>
            <Field label={codeLabel} required hint={t('people.enrolment.codeHint')}>
              <Input
                value={code}
                onChange={(_, { value }) => type({ code: value })}
                autoComplete="off"
                spellCheck={false}
                data-testid="invitation-code"
              />
            </Field>
            <Field label={t('people.enrolment.address')} hint={t('people.enrolment.addressHint')}>
              <Input
                value={address}
                onChange={(_, { value }) => type({ address: value })}
                autoComplete="off"
                spellCheck={false}
                data-testid="invitation-address"
              />
            </Field>
          </>
        ) : (
          <FileDrop
            label={t('people.enrolment.dropFile')}
            testid="invitation-drop"
            onPaths={([first]) => type({ path: first ?? '' })}
          >
            <span>{path === '' ? t('people.enrolment.dropFile') : fileNameOf(path)}</span>
            <Button icon={<FolderOpen20Regular />} onClick={() => void chooseFile()} data-testid="choose-invitation">
              {t('people.enrolment.chooseFile')}
            </Button>
          </FileDrop>
        )}
        {props.renews ? null : (
          <Field label={t('people.yourName')} required hint={t('people.enrolment.nameHint')}>
            <Input value={name} onChange={(_, { value }) => type({ name: value })} data-testid="person-name" />
          </Field>
        )}
        {pinStays ? (
          <PresentPinField value={pin.first} onChange={(first) => setPin({ first, again: first })} />
        ) : (
          <SecretFields kind={pinKind} value={pin} onChange={setPin} />
        )}
        <Failure
          failure={
            begin.failure ??
            (props.failed === null || begin.busy
              ? null
              : new RequestFailure(props.failed.step === 'refused' ? 'refused' : (props.failed.problem ?? 'internal')))
          }
        />
        <StillMissing fields={missing} />
        <div className={screenStyles['row']}>
          <Button
            type="submit"
            appearance="primary"
            disabled={!complete}
            disabledFocusable={begin.busy}
            data-testid="send-request"
          >
            {begin.busy ? t('people.organisation.creating') : t('people.enrolment.send')}
          </Button>
          <Button onClick={props.onBack}>{t('common.back')}</Button>
        </div>
      </form>
    </Screen>
  );
}
