import { Button, Field, Input, Radio, RadioGroup, Slider } from '@fluentui/react-components';
import { Stethoscope20Regular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../common/contract/requests.ts';
import { changeSettings, useSettings } from '../../bridge/engine-values.ts';
import { Known, Screen, screenStyles, Section } from '../../ui/screen.tsx';

export function SettingsScreen(props: {
  readonly version: string;
  /** The parts about the own certificate and the PIN. */
  readonly own: ReactNode;
  onDiagnostics(): void;
}) {
  const { t } = useTranslation();
  const settings = useSettings();
  return (
    <Screen title={t('settings.title')}>
      <Known value={settings}>
        {(value) => (
          <>
            <Appearance settings={value} />
            {props.own}
            <Papers settings={value} />
          </>
        )}
      </Known>
      <Help version={props.version} onDiagnostics={props.onDiagnostics} />
    </Screen>
  );
}

function Appearance({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.look')}>
      <div className={screenStyles['form']}>
        <Field label={t('settings.language')}>
          <RadioGroup
            layout="horizontal"
            value={settings.language}
            onChange={(_, { value }) => void changeSettings({ language: value as 'vi' | 'en' })}
          >
            <Radio value="vi" label="Tiếng Việt" data-testid="language-vi" />
            <Radio value="en" label="English" data-testid="language-en" />
          </RadioGroup>
        </Field>
        <Field label={t('settings.theme')}>
          <RadioGroup
            layout="horizontal"
            value={settings.theme}
            onChange={(_, { value }) => void changeSettings({ theme: value as Settings['theme'] })}
          >
            {(['light', 'dark', 'system'] as const).map((theme) => (
              <Radio key={theme} value={theme} label={t(`settings.themes.${theme}`)} data-testid={`theme-${theme}`} />
            ))}
          </RadioGroup>
        </Field>
        <Field label={t('settings.textScale', { percent: Math.round(settings.textScale * 100) })}>
          <Slider
            min={100}
            max={200}
            step={25}
            value={Math.round(settings.textScale * 100)}
            onChange={(_, { value }) => void changeSettings({ textScale: value / 100 })}
            data-testid="text-scale"
          />
        </Field>
      </div>
    </Section>
  );
}

function Papers({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(String(settings.paperLimitMegabytes));
  const limitNumber = Number(limit);
  const goodLimit = Number.isInteger(limitNumber) && limitNumber >= 1 && limitNumber <= 4000;
  return (
    <Section title={t('settings.papers')}>
      <div className={screenStyles['form']}>
        <Field
          label={t('settings.paperLimit')}
          hint={t('settings.paperLimitHint')}
          {...(goodLimit ? {} : { validationMessage: t('settings.paperLimitRange') })}
        >
          <Input
            type="number"
            min={1}
            max={4000}
            value={limit}
            onChange={(_, { value }) => setLimit(value)}
            onBlur={() => {
              if (goodLimit && limitNumber !== settings.paperLimitMegabytes) {
                void changeSettings({ paperLimitMegabytes: limitNumber });
              }
            }}
            contentAfter="MB"
            data-testid="paper-limit"
          />
        </Field>
        <Field label={t('settings.metered')} hint={t('settings.meteredHint')}>
          <RadioGroup
            value={settings.metered}
            onChange={(_, { value }) => void changeSettings({ metered: value as Settings['metered'] })}
          >
            {(['auto', 'yes', 'no'] as const).map((choice) => (
              <Radio
                key={choice}
                value={choice}
                label={t(`settings.meteredChoices.${choice}`)}
                data-testid={`metered-${choice}`}
              />
            ))}
          </RadioGroup>
        </Field>
      </div>
    </Section>
  );
}

/** The way to what somebody who helps needs to know. */
function Help({ version, onDiagnostics }: { readonly version: string; onDiagnostics(): void }) {
  const { t } = useTranslation();
  return (
    <Section title={t('settings.help')} hint={t('settings.version', { version })}>
      <div>
        <Button icon={<Stethoscope20Regular />} onClick={onDiagnostics} data-testid="show-diagnostics">
          {t('diagnostics.title')}
        </Button>
      </div>
    </Section>
  );
}
