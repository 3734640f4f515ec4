// What runs, since when, where it keeps its state, and where to go from here.

import type { ReactNode } from 'react'
import { openDialog } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { status } from '../../store/connection.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Section } from '../section.tsx'

export function About(): ReactNode {
  const now = useSignal(status)
  return (
    <Section title={t('about.title')}>
      {now !== undefined && (
        <dl className="view-facts">
          <dt>{t('about.version')}</dt>
          <dd>{now.version}</dd>
          <dt>{t('about.running')}</dt>
          <dd>
            <Moment at={now.startedAt} />
          </dd>
          <dt>{t('about.process')}</dt>
          <dd>{now.pid}</dd>
          <dt>{t('about.state')}</dt>
          <dd>
            <ForeignText text={now.stateFolder} />
          </dd>
        </dl>
      )}
      <p>
        {t('about.config')} <code>{t('about.configCommand')}</code>
      </p>
      <p>
        {t('about.magnets')} <code>{t('about.magnetsCommand')}</code>
      </p>
      <div className="field-row">
        <Button onPress={() => go({ view: 'transfers', query: { start: '1' } })}>{t('about.start')}</Button>
        <Button onPress={() => void openDialog('keys', {})}>{t('about.keys')}</Button>
      </div>
    </Section>
  )
}
