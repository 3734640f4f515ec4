// Becoming oneself again on a new computer, by the twelve words.

import { type ReactNode, useState } from 'react'
import { call } from '../../store/api.ts'
import { circles, me, people } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field } from '../../ui/field.tsx'

const WORDS = 12

export function Restore(): ReactNode {
  const [text, setText] = useState('')
  const [error, setError] = useState<unknown>()
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const restore = async (): Promise<void> => {
    setError(undefined)
    try {
      me.put(await call('restoreMe', { words }))
      setText('')
      circles.changed()
      people.changed()
      toast(t('restore.done'))
    } catch (failed) {
      setError(failed)
    }
  }
  return (
    <details>
      <summary>{t('restore.title')}</summary>
      <p className="setting-means">{t('restore.means')}</p>
      <Field label={t('restore.words')} hint={t('restore.count', words.length)}>
        {(wiring) => (
          <textarea
            {...wiring}
            className="input"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      {error !== undefined && <ErrorSentence error={error} />}
      <div>
        <Button isDisabled={words.length !== WORDS} onPress={() => void restore()}>
          {t('restore.do')}
        </Button>
      </div>
    </details>
  )
}
