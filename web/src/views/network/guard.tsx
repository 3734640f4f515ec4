// Who was turned away in the last hour, why, and the way back where there is one.

import type { ReactNode } from 'react'
import type { GuardRow } from '../../../../src/api/schemas/status.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Section } from '../section.tsx'

const WORDED = [
  'BANNED',
  'POISON_REPEATED',
  'FILTERED',
  'TOKEN_WRONG',
  'HOST_FOREIGN',
  'ORIGIN_FOREIGN',
] as const

function reasonWords(code: string): string {
  const worded = WORDED.find((known) => known === code)
  return worded === undefined ? t('network.guard.other', code) : t(`network.guard.${worded}`)
}

interface Props {
  readonly rows: readonly GuardRow[]
  readonly onLifted: () => void
}

export function Guard({ rows, onLifted }: Props): ReactNode {
  const lift = async (reason: string): Promise<void> => {
    const answer = await attempt(() => call('liftBan', { reason }))
    if (answer === undefined) return
    toast(t('network.guard.undone'))
    onLifted()
  }
  return (
    <Section title={t('network.guard.title')}>
      {rows.length === 0 ? (
        <p className="soft">{t('network.guard.nobody')}</p>
      ) : (
        <ul className="guard">
          {rows.map(({ reason, count, examples, lastAt, undo }) => (
            <li key={reason} className="guard-row">
              <div className="guard-text">
                <strong>{reasonWords(reason)}</strong>
                <div className="soft">
                  {t('network.guard.times', count)} <Moment at={lastAt} />
                </div>
                <div className="guard-examples">
                  {examples.map((example) => (
                    <ForeignText key={example} text={example} />
                  ))}
                </div>
              </div>
              {undo && (
                <Button
                  aria-label={t('network.guard.undoOf', reasonWords(reason))}
                  onPress={() => void lift(reason)}
                >
                  {t('network.guard.undo')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
