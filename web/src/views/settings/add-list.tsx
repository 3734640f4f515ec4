// Subscribing to a list of what is not wanted: by its address, with the key of who signs it if that is known, or from a file.

import { type ReactNode, useState } from 'react'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { TextField } from '../../ui/text-field.tsx'

const KEY = /^[0-9a-f]{64}$/

export function AddList({ onAdded }: { readonly onAdded: () => void }): ReactNode {
  const [where, setWhere] = useState('')
  const [key, setKey] = useState('')
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const place = where.trim()
  const isAddress = /^https?:\/\//i.test(place)
  const typedKey = key.trim().toLowerCase()
  const wrong = isAddress && typedKey !== '' && !KEY.test(typedKey)
  const add = async (): Promise<void> => {
    if (place === '' || wrong || busy) return
    setBusy(true)
    setError(undefined)
    try {
      const { name } = await call(
        'addBlocklist',
        isAddress ? { url: place, ...(typedKey === '' ? {} : { key: typedKey }) } : { path: place },
      )
      toast(t('blocking.added', visible(name)))
      setWhere('')
      setKey('')
      onAdded()
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  return (
    <section className="blocking-add" aria-label={t('blocking.add')}>
      <TextField
        label={t('blocking.where')}
        hint={t('blocking.whereHint')}
        value={where}
        onChange={setWhere}
      />
      {isAddress && (
        <TextField
          label={t('blocking.addKey')}
          hint={t('blocking.addKeyHint')}
          wrong={wrong ? t('blocking.keyWrong') : undefined}
          value={key}
          onChange={setKey}
        />
      )}
      <div>
        <Button isDisabled={place === '' || wrong || busy} onPress={() => void add()}>
          {t('blocking.addDo')}
        </Button>
      </div>
      {error !== undefined && <ErrorSentence error={error} />}
    </section>
  )
}
