// Tokens that programs hold: made with a secret that is shown once, and ended at once.

import { type ReactNode, useCallback, useState } from 'react'
import type { OutputOf } from '../../../../src/api/routes.ts'
import type { Scope } from '../../../../src/api/schemas/machine.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { CopyLine } from '../../ui/copy-line.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'

const SCOPES = ['rpc', 'read', 'control', 'metrics'] as const satisfies readonly Scope[]

export function Tokens({ rpcIsOn }: { readonly rpcIsOn: boolean }): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => call('tokens', {}), []))
  const [made, setMade] = useState<OutputOf<'addToken'>>()
  const end = async (id: string, name: string): Promise<void> => {
    if ((await attempt(() => call('removeToken', { id }))) === undefined) return
    if (made?.token.id === id) setMade(undefined)
    toast(t('tokens.ended', name))
    again()
  }
  return (
    <Section title={t('tokens.title')}>
      <p className="soft">{t('tokens.means')}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {value?.tokens.length === 0 && <p className="soft">{t('tokens.none')}</p>}
      <ul className="settings-list">
        {value?.tokens.map(({ id, name, scope, createdAt, lastUsedAt }) => (
          <li key={id} className="settings-list-row">
            <span className="settings-list-text">
              <strong>
                <ForeignText text={name} />
              </strong>{' '}
              <span className="soft">
                {t(`tokens.scope.${scope}`)} · {t('tokens.made')} <Moment at={createdAt} /> ·{' '}
                {t('tokens.used')} <Moment at={lastUsedAt} />
              </span>
            </span>
            <Button aria-label={t('tokens.endOf', name)} onPress={() => void end(id, name)}>
              {t('tokens.end')}
            </Button>
          </li>
        ))}
      </ul>
      <Make
        onMade={(answer) => {
          setMade(answer)
          again()
        }}
      />
      {made !== undefined && <Secret made={made} rpcIsOn={rpcIsOn} />}
    </Section>
  )
}

function Make({ onMade }: { readonly onMade: (made: OutputOf<'addToken'>) => void }): ReactNode {
  const [name, setName] = useState('')
  const [scope, setScope] = useState<Scope>('rpc')
  const [error, setError] = useState<unknown>()
  const make = async (): Promise<void> => {
    if (name.trim() === '') return
    try {
      onMade(await call('addToken', { name: name.trim(), scope }))
      setName('')
      setError(undefined)
    } catch (failed) {
      setError(failed)
    }
  }
  return (
    <>
      <div className="tokens-make">
        <Field label={t('tokens.name')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              maxLength={100}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') void make()
              }}
            />
          )}
        </Field>
        <Field label={t('tokens.scope')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={scope}
              options={SCOPES.map((value) => ({ value, name: t(`tokens.scope.${value}`) }))}
              onChange={setScope}
            />
          )}
        </Field>
        <Button isDisabled={name.trim() === ''} onPress={() => void make()}>
          {t('tokens.make')}
        </Button>
      </div>
      {error !== undefined && <ErrorSentence error={error} />}
    </>
  )
}

function Secret({
  made: { token, secret },
  rpcIsOn,
}: {
  readonly made: OutputOf<'addToken'>
  readonly rpcIsOn: boolean
}): ReactNode {
  return (
    <div className="tokens-secret">
      <CopyLine key={token.id} label={t('tokens.secret', token.name)} text={secret} autoFocus />
      <p>{t('tokens.secretOnce')}</p>
      {token.scope === 'rpc' && <p className="soft">{t('tokens.rpcHow', location.host)}</p>}
      {token.scope === 'rpc' && !rpcIsOn && <p>{t('tokens.rpcIsOff')}</p>}
      {token.scope === 'metrics' && <p className="soft">{t('tokens.metricsHow', location.origin)}</p>}
    </div>
  )
}
