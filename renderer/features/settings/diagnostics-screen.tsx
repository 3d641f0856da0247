import { Button, Textarea } from '@fluentui/react-components';
import { ArrowClockwise20Regular, ArrowLeft20Regular, Copy20Regular } from '@fluentui/react-icons';
import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diagnostics, LinkDiagnostics, Problem } from '../../../common/contract/diagnostics.ts';
import type { RequestOutputs } from '../../../common/contract/requests.ts';
import { request } from '../../bridge/phien.ts';
import { useErrorText } from '../../ui/failure.tsx';
import { notify, notifyFailure } from '../../ui/notify.ts';
import { Screen, screenStyles, Section, Status, Waiting } from '../../ui/screen.tsx';
import { dayAndTime } from '../../ui/time.ts';
import styles from './diagnostics.module.css';

type Report = RequestOutputs['diagnostics.report'];

/** Looked at again this often, milliseconds. */
const LOOK = 5000;
/** The clocks of two laptops may differ by so much without anybody noticing, seconds. */
const CLOCK_TOLERANCE = 60;
/** Less free space than this is worth a warning, bytes. */
const LITTLE_SPACE = 1e9;

/** What somebody who helps needs to know; contains no names and no contents. */
export function DiagnosticsScreen({ onBack }: { onBack(): void }) {
  const { t } = useTranslation();
  const [report, setReport] = useState<Report | null>(null);
  const look = useCallback(async (checkDatabase: boolean) => {
    try {
      setReport(await request('diagnostics.report', { checkDatabase }));
      return true;
    } catch (error) {
      if (checkDatabase) notifyFailure(error);
      return false;
    }
  }, []);
  useEffect(() => {
    // An engine that is just being started again answers the next time.
    const first = setTimeout(() => void look(false), 0);
    const timer = setInterval(() => void look(false), LOOK);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [look]);

  async function copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      notify('success', 'common.copied');
    } catch {
      notify('warning', 'settings.copyByHand');
    }
  }

  return (
    <Screen
      title={t('diagnostics.title')}
      actions={
        <>
          <Button icon={<ArrowLeft20Regular />} onClick={onBack} data-testid="leave-diagnostics">
            {t('common.back')}
          </Button>
          <Button
            appearance="primary"
            icon={<Copy20Regular />}
            disabled={report === null}
            onClick={() => report && void copy(report.text)}
            data-testid="copy-diagnostics"
          >
            {t('diagnostics.copy')}
          </Button>
        </>
      }
    >
      <p className={screenStyles['hint']}>{t('diagnostics.hint')}</p>
      {report === null ? (
        <Waiting text={t('common.loading')} />
      ) : (
        <>
          <Facts facts={report.facts} onCheck={() => void look(true)} />
          <details className={styles['report']}>
            <summary data-testid="show-report">{t('diagnostics.show')}</summary>
            <Textarea
              className={styles['text'] ?? ''}
              rows={12}
              readOnly
              value={report.text}
              aria-label={t('diagnostics.reportLabel')}
              data-testid="diagnostics"
            />
          </details>
        </>
      )}
    </Screen>
  );
}

function Facts({ facts, onCheck }: { readonly facts: Diagnostics; onCheck(): void }) {
  const { t } = useTranslation();
  const { runtime, platform, memory, disk, database, meetings } = facts;
  const size = useSize();
  const little = disk.free !== null && disk.free < LITTLE_SPACE;
  return (
    <>
      <div className={styles['cards']}>
        <Card title={t('diagnostics.storage')}>
          <Fact name={t('diagnostics.free')}>
            {disk.free === null ? (
              t('diagnostics.unknown')
            ) : (
              <Status tone={little ? 'warn' : 'good'}>
                {size(disk.free)}
                {little ? ` · ${t('diagnostics.littleSpace')}` : ''}
              </Status>
            )}
          </Fact>
          <Fact name={t('diagnostics.database')}>
            <Status tone={database.sound ? 'good' : 'bad'} testid="database-state">
              {t(database.sound ? 'diagnostics.sound' : 'diagnostics.damaged', {
                time: dayAndTime(database.checkedAt),
              })}
            </Status>
            <div>
              <Button
                size="small"
                icon={<ArrowClockwise20Regular />}
                onClick={onCheck}
                data-testid="check-database"
                className={styles['check']}
              >
                {t('diagnostics.checkAgain')}
              </Button>
            </div>
          </Fact>
          <Fact name={t('diagnostics.meetings')}>
            {t('diagnostics.meetingCounts', {
              all: meetings.all,
              open: meetings.open,
              packages: meetings.fromPackages,
            })}
          </Fact>
          <Fact name={t('diagnostics.papers')}>
            {t('diagnostics.paperCount', { count: facts.papers, size: size(disk.database ?? 0) })}
          </Fact>
        </Card>
        <Card title={t('diagnostics.application')}>
          <Fact name={t('diagnostics.version')}>Phiên {facts.version}</Fact>
          <Fact name={t('diagnostics.runtime')}>
            {runtime.electron === null ? '' : `Electron ${runtime.electron}, Chrome ${runtime.chrome}, `}Node{' '}
            {runtime.node}
          </Fact>
          <Fact name={t('diagnostics.system')}>
            {platform.system} {platform.release} {platform.architecture}
          </Fact>
          <Fact name={t('diagnostics.memory')}>
            {t('diagnostics.memoryUse', {
              engine: size(memory.engine),
              free: size(memory.free),
              total: size(memory.total),
              processors: platform.processors,
            })}
          </Fact>
        </Card>
        <Card title={t('diagnostics.network')}>
          <Fact name={t('diagnostics.discovery')}>{t(`diagnostics.discoveries.${facts.discovery}`)}</Fact>
          <Fact name={t('diagnostics.addresses')}>{facts.addresses.join(', ') || t('diagnostics.noNetwork')}</Fact>
        </Card>
        <Card title={t('diagnostics.links')}>
          {facts.links.length === 0 ? (
            <Fact name={t('diagnostics.state')}>{t('diagnostics.noLinks')}</Fact>
          ) : (
            facts.links.map((link, index) => <Link key={index} link={link} />)
          )}
        </Card>
      </div>
      <Problems problems={facts.problems} />
    </>
  );
}

function useSize(): (bytes: number) => string {
  const { i18n } = useTranslation();
  return (bytes) => {
    const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
    return bytes >= 1e9 ? `${number.format(bytes / 1e9)} GB` : `${number.format(bytes / 1e6)} MB`;
  };
}

function Link({ link }: { readonly link: LinkDiagnostics }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { clockAhead, problem, onlyHere, savedOn } = link;
  const good = link.state === 'connected';
  return (
    <Fact name={t(`diagnostics.roles.${link.role}`)}>
      <Status tone={good ? 'good' : 'warn'}>{t(`diagnostics.states.${link.state}`, { count: link.people })}</Status>
      <ul className={styles['more']}>
        {problem === null ? null : <li>{errorText(problem)}</li>}
        {link.lastReceived === null ? null : (
          <li>{t('diagnostics.lastReceived', { time: dayAndTime(link.lastReceived, 'seconds') })}</li>
        )}
        {onlyHere.count > 0 ? (
          <li>{t('diagnostics.onlyHere', { count: onlyHere.count, time: dayAndTime(onlyHere.since ?? '') })}</li>
        ) : savedOn === null ? null : (
          <li>{t('diagnostics.savedOn', { count: savedOn })}</li>
        )}
        {clockAhead === null ? null : (
          <li>
            <Status tone={Math.abs(clockAhead) > CLOCK_TOLERANCE ? 'warn' : 'good'}>
              {Math.abs(clockAhead) <= 1
                ? t('diagnostics.clockSame')
                : t(clockAhead > 0 ? 'diagnostics.clockBehind' : 'diagnostics.clockAhead', {
                    seconds: Math.abs(clockAhead),
                  })}
            </Status>
          </li>
        )}
      </ul>
    </Fact>
  );
}

function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t('diagnostics.problems')}>
      {problems.length === 0 ? (
        <p className={screenStyles['hint']}>{t('diagnostics.noProblems')}</p>
      ) : (
        <table className={styles['problems']}>
          <thead>
            <tr>
              <th scope="col">{t('diagnostics.when')}</th>
              <th scope="col">{t('diagnostics.what')}</th>
              <th scope="col">{t('diagnostics.code')}</th>
              <th scope="col">{t('diagnostics.times')}</th>
            </tr>
          </thead>
          <tbody>
            {problems.map(({ at, level, event, code, times }) => (
              <tr key={`${level} ${event} ${code}`}>
                <td>{dayAndTime(at, 'seconds')}</td>
                <td lang="en">{event}</td>
                <td lang="en">{code ?? ''}</td>
                <td>{times}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={screenStyles['card']} aria-label={title}>
      <h2 className={styles['title']}>{title}</h2>
      <dl className={styles['facts']}>{children}</dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
