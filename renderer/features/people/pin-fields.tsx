import { Field, Input } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';

/** The PIN that opens this laptop's key now. */
export function PresentPinField(props: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <Field label={t('people.pin.label')} required hint={t('people.presentPinHint')}>
      <Input
        type="password"
        autoComplete="off"
        value={props.value}
        onChange={(_, { value }) => props.onChange(value)}
        data-testid="present-pin"
      />
    </Field>
  );
}

export const PIN_LEAST = 6;
export const PASSWORD_LEAST = 8;

export interface Secret {
  readonly first: string;
  readonly again: string;
}

export const NO_SECRET: Secret = { first: '', again: '' };

export const isGoodSecret = (secret: Secret, least: number): boolean =>
  secret.first.length >= least && secret.first === secret.again;

/** A new secret typed twice: `pin` opens this laptop's key (`newPin`: from now on), `password` the organisation's. */
export function SecretFields(props: {
  readonly kind: 'pin' | 'newPin' | 'password';
  readonly value: Secret;
  readonly onChange: (value: Secret) => void;
}) {
  const { t } = useTranslation();
  const { kind, value } = props;
  const least = kind === 'password' ? PASSWORD_LEAST : PIN_LEAST;
  const tooShort = value.first !== '' && value.first.length < least;
  const differs = value.again !== '' && value.again !== value.first;
  return (
    <>
      <Field
        label={t(`people.${kind}.label`)}
        required
        hint={t(`people.${kind}.hint`, { least })}
        {...(tooShort ? { validationMessage: t('people.secretTooShort', { least }) } : {})}
      >
        <Input
          type="password"
          autoComplete="new-password"
          value={value.first}
          onChange={(_, { value: first }) => props.onChange({ ...value, first })}
          data-testid={kind}
        />
      </Field>
      <Field
        label={t(`people.${kind}.again`)}
        required
        {...(differs ? { validationMessage: t('people.secretDiffers') } : {})}
      >
        <Input
          type="password"
          autoComplete="new-password"
          value={value.again}
          onChange={(_, { value: again }) => props.onChange({ ...value, again })}
          data-testid={`${kind}-again`}
        />
      </Field>
    </>
  );
}
