// A real swarm of four processes on this computer, drawn while it happens; ended, and gone without traces, when it is left.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { formatDuration, formatSize } from '../../../../src/api/format-quantity.ts'
import type { Demo } from '../../../../src/api/schemas/demo.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

/** Fast enough to see bars move, slow enough to cost nothing. */
const BEAT_MS = 300
const ENDED: readonly Demo['stage'][] = ['none', 'done', 'failed']

export function DemoShow({ onEnd }: { readonly onEnd: () => void }): ReactNode {
  const [ended, setEnded] = useState(false)
  const [refused, setRefused] = useState<unknown>()
  const { value, error, put } = useLoaded(
    useCallback(() => call('demo', {}), []),
    ended ? undefined : BEAT_MS,
  )
  const begin = useCallback((): void => {
    setEnded(false)
    setRefused(undefined)
    call('startDemo', {}).then(put, setRefused)
  }, [put])
  useEffect(() => {
    begin()
    return () => {
      // Its files go with it; a daemon that is gone has taken it along.
      call('stopDemo', {}).catch(() => undefined)
    }
  }, [begin])
  const stage = value?.stage
  const over = stage !== undefined && stage !== 'none' && ENDED.includes(stage)
  if (over !== ended) setEnded(over)
  return (
    <div className="view demo">
      <h1>{t('demo.title')}</h1>
      <p>{t('demo.opening')}</p>
      {(refused ?? error) !== undefined && <ErrorSentence error={refused ?? error} />}
      {value !== undefined && <Swarm demo={value} />}
      {value !== undefined && (
        <p className="demo-told" role="status">
          {told(value)}
        </p>
      )}
      {value?.error != null && (
        <ErrorSentence error={`${value.error.message} ${value.error.help ?? ''}`.trim()} />
      )}
      <div className="field-row">
        {ended && <Button onPress={begin}>{t('demo.again')}</Button>}
        <Button onPress={onEnd}>{t(ended ? 'action.back' : 'demo.end')}</Button>
      </div>
      <p className="soft">{t('demo.gone')}</p>
    </div>
  )
}

const SHARER = 'Ana'

function told({ stage, wholeWhenOff, result }: Demo): string {
  if (stage === 'done' && result !== null) {
    const { hashesRight, hashes, seconds, fromEachOtherShare } = result
    const percent = Math.round(100 * fromEachOtherShare)
    return t('demo.done', hashesRight, hashes, formatDuration(seconds * 1_000), percent)
  }
  if (stage === 'preparing' || stage === 'none') return t('demo.preparing')
  if (stage === 'checking') return t('demo.checking')
  if (stage !== 'running') return ''
  if (wholeWhenOff === null) return t('demo.running')
  return wholeWhenOff.length === 0
    ? t('demo.off', SHARER)
    : t('demo.offSome', SHARER, wholeWhenOff.join(', '))
}

function Swarm({ demo: { stage, preparing, fish, totalBytes } }: { readonly demo: Demo }): ReactNode {
  if (fish.length === 0) {
    return stage === 'failed' ? null : <progress aria-label={t('demo.preparing')} max={1} value={preparing} />
  }
  return (
    <ul className="demo-fish">
      {fish.map(({ name, state, doneBytes, givenBytes, takenBytes }) => {
        const part = totalBytes === 0 ? 0 : doneBytes / totalBytes
        // All there and not yet under its final name is 99 %: the last word is that it has all of it.
        const percent = Math.min(99, Math.floor(100 * part))
        return (
          <li key={name} className={`demo-one demo-${state}`}>
            <strong>{name}</strong>
            <progress aria-label={t('demo.barOf', name)} max={1} value={state === 'off' ? 0 : part} />
            <span>{stateWords(state, percent)}</span>
            <span className="soft">{t('demo.gave', formatSize(givenBytes))}</span>
            <span className="soft">{name === SHARER ? '' : t('demo.took', formatSize(takenBytes))}</span>
          </li>
        )
      })}
    </ul>
  )
}

function stateWords(state: Demo['fish'][number]['state'], percent: number): string {
  switch (state) {
    case 'waiting':
      return t('demo.waiting')
    case 'getting':
      return t('demo.getting', percent)
    case 'whole':
      return t('demo.whole')
    case 'off':
      return t('demo.isOff')
  }
}
