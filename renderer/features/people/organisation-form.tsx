import { Button, Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRequest } from '../../bridge/use-request.ts';
import { Failure } from '../../ui/failure.tsx';
import { Screen, screenStyles, Section } from '../../ui/screen.tsx';
import { StillMissing } from './still-missing.tsx';
import { isGoodSecret, NO_SECRET, PASSWORD_LEAST, PIN_LEAST, SecretFields } from './pin-fields.tsx';

type Preset = 'peoples-committee' | 'peoples-council';
const SYMBOLS: Readonly<Record<Preset, string>> = { 'peoples-committee': 'UBND', 'peoples-council': 'HĐND' };

/** Sets up the organisation, its authority and the person who holds it. */
export function OrganisationForm({ onBack }: { readonly onBack: () => void }) {
  const { t } = useTranslation();
  const create = useRequest('organisation.create');
  const [preset, setPreset] = useState<Preset>('peoples-committee');
  const [name, setName] = useState('');
  const [parent, setParent] = useState('');
  const [symbol, setSymbol] = useState(SYMBOLS['peoples-committee']);
  const [person, setPerson] = useState('');
  const [position, setPosition] = useState('');
  const [pin, setPin] = useState(NO_SECRET);
  const [password, setPassword] = useState(NO_SECRET);
  const missing = [
    ...(name.trim() === '' ? [t('people.organisation.name')] : []),
    ...(person.trim() === '' ? [t('people.name')] : []),
    ...(isGoodSecret(pin, PIN_LEAST) ? [] : [t('people.pin.label')]),
    ...(isGoodSecret(password, PASSWORD_LEAST) ? [] : [t('people.password.label')]),
  ];
  const complete = missing.length === 0;

  function choosePreset(next: Preset): void {
    // A symbol typed by hand stays; one that came from a preset follows the preset.
    if (Object.values(SYMBOLS).includes(symbol)) setSymbol(SYMBOLS[next]);
    setPreset(next);
  }

  return (
    <Screen title={t('people.organisation.title')}>
      <form
        className={screenStyles['section']}
        onSubmit={(event) => {
          event.preventDefault();
          if (!complete || create.busy) return;
          void create.run({
            name,
            parent,
            symbol,
            preset,
            person: { name: person, position },
            pin: pin.first,
            authorityPassword: password.first,
          });
        }}
      >
        <Section title={t('people.organisation.agency')}>
          <div className={screenStyles['form']}>
            <Field label={t('people.organisation.kind')}>
              <RadioGroup value={preset} onChange={(_, { value }) => choosePreset(value as Preset)}>
                <Radio
                  value="peoples-committee"
                  label={t('rules.preset.peoples-committee')}
                  data-testid="preset-committee"
                />
                <Radio value="peoples-council" label={t('rules.preset.peoples-council')} data-testid="preset-council" />
              </RadioGroup>
            </Field>
            <Field label={t('people.organisation.name')} required hint={t('people.organisation.nameHint')}>
              <Input value={name} onChange={(_, { value }) => setName(value)} data-testid="organisation-name" />
            </Field>
            <Field label={t('people.organisation.parent')} hint={t('people.organisation.parentHint')}>
              <Input value={parent} onChange={(_, { value }) => setParent(value)} data-testid="organisation-parent" />
            </Field>
            <Field label={t('people.organisation.symbol')} hint={t('people.organisation.symbolHint')}>
              <Input value={symbol} onChange={(_, { value }) => setSymbol(value)} data-testid="organisation-symbol" />
            </Field>
          </div>
        </Section>
        <Section title={t('people.organisation.you')} hint={t('people.organisation.youHint')}>
          <div className={screenStyles['form']}>
            <Field label={t('people.name')} required>
              <Input value={person} onChange={(_, { value }) => setPerson(value)} data-testid="person-name" />
            </Field>
            <Field label={t('people.position')}>
              <Input value={position} onChange={(_, { value }) => setPosition(value)} data-testid="person-position" />
            </Field>
            <SecretFields kind="pin" value={pin} onChange={setPin} />
          </div>
        </Section>
        <Section title={t('people.organisation.authority')} hint={t('people.organisation.authorityHint')}>
          <div className={screenStyles['form']}>
            <SecretFields kind="password" value={password} onChange={setPassword} />
          </div>
        </Section>
        <Failure failure={create.failure} />
        <StillMissing fields={missing} />
        <div className={screenStyles['row']}>
          <Button
            type="submit"
            appearance="primary"
            disabled={!complete}
            disabledFocusable={create.busy}
            data-testid="create-organisation"
          >
            {create.busy ? t('people.organisation.creating') : t('people.organisation.create')}
          </Button>
          <Button onClick={onBack}>{t('common.back')}</Button>
        </div>
      </form>
    </Screen>
  );
}
