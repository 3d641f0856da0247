import { Button, Field, Input, Radio, RadioGroup, Slider, Textarea } from '@fluentui/react-components';
import { Copy20Regular } from '@fluentui/react-icons';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../common/contract/requests.ts';
import { changeSettings, useSettings } from '../../bridge/engine-values.ts';
import { request } from '../../bridge/phien.ts';
import { notify, notifyFailure } from '../../ui/notify.ts';
import { Known, Screen, screenStyles, Section } from '../../ui/screen.tsx';

export function SettingsScreen({ version }: { readonly version: string }) {
  const { t } = useTranslation();
  const settings = useSettings();
  return (
    <Screen title={t('settings.title')}>
      <Known value={settings}>{(value) => <Choices settings={value} />}</Known>
      <Diagnostics version={version} />
    </Screen>
  );
}

function Choices({ settings }: { readonly settings: Settings }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(String(settings.paperLimitMegabytes));
  const limitNumber = Number(limit);
  const goodLimit = Number.isInteger(limitNumber) && limitNumber >= 1 && limitNumber <= 4000;
  return (
    <>
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
        </div>
      </Section>
    </>
  );
}

/** What somebody who helps needs to know; contains no names and no papers. */
function Diagnostics({ version }: { readonly version: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  async function show(): Promise<void> {
    try {
      setText((await request('diagnostics.report', {})).text);
    } catch (error) {
      notifyFailure(error);
    }
  }
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text ?? '');
      notify('success', 'common.copied');
    } catch {
      notify('warning', 'settings.copyByHand');
    }
  }
  return (
    <Section title={t('settings.help')} hint={t('settings.version', { version })}>
      {text === null ? (
        <div>
          <Button onClick={() => void show()} data-testid="show-diagnostics">
            {t('settings.diagnostics')}
          </Button>
        </div>
      ) : (
        <>
          <Field label={t('settings.diagnosticsText')}>
            <Textarea rows={12} readOnly value={text} data-testid="diagnostics" />
          </Field>
          <div>
            <Button icon={<Copy20Regular />} onClick={() => void copy()} data-testid="copy-diagnostics">
              {t('common.copy')}
            </Button>
          </div>
        </>
      )}
    </Section>
  );
}
