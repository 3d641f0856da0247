import { useTranslation } from 'react-i18next';
import { screenStyles } from '../../ui/screen.tsx';

/** Why the button below can't be pressed yet: the names of the fields that are still to be filled in properly. */
export function StillMissing({ fields }: { readonly fields: readonly string[] }) {
  const { t } = useTranslation();
  if (fields.length === 0) return null;
  return (
    <p className={screenStyles['hint']} data-testid="still-missing">
      {t('people.stillMissing', { fields: fields.join(', ') })}
    </p>
  );
}
