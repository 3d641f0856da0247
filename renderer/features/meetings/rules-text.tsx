import { useTranslation } from 'react-i18next';
import { CHOICES, type BodyRules } from '../../../common/domain/body-rules.ts';
import { screenStyles } from '../../ui/screen.tsx';

/** The body's rules as sentences. */
export function RulesText({ rules }: { readonly rules: BodyRules }) {
  const { t } = useTranslation();
  const { vote, quorum } = rules;
  const options = CHOICES[vote.options].map((choice) => t(`choice.${vote.options}.${choice}`)).join(', ');
  return (
    <ul className={screenStyles['list']}>
      <li>
        <strong>{t(`rules.preset.${rules.preset}`)}</strong>
      </li>
      <li>{t('rules.quorum', { numerator: quorum.numerator, denominator: quorum.denominator })}</li>
      <li>
        {t('rules.vote', { threshold: t(`rules.threshold.${vote.threshold}`), base: t(`rules.base.${vote.base}`) })}
      </li>
      {vote.chairDecidesTie ? <li>{t('rules.chairDecidesTie')}</li> : null}
      <li>{t('rules.options', { options })}</li>
    </ul>
  );
}
