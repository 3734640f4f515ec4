// A new circle: its name, what it should call me if nobody ever asked, and then the twelve words, which can be left for later.

import { type FormEvent, type ReactNode, useState } from 'react'
import type { DialogProps } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { circles, conversations, me } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { addressOf } from '../../views/people/place.ts'
import { isGivenName } from './given-name.ts'
import { Words } from './words.tsx'

export function NewCircle({ close }: DialogProps<'newCircle'>): ReactNode {
  const { value: own } = useKept(me)
  // Not changed by the answer: the field stays while the circle is made.
  const [askName] = useState(own?.name === null || own === undefined)
  const [name, setName] = useState('')
  const [myName, setMyName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [made, setMade] = useState<string>()
  const needsName = askName && (own === undefined || own.name === null)
  const ready = isGivenName(name) && (!needsName || isGivenName(myName))

  const make = async (): Promise<void> => {
    if (!ready || busy) return
    setBusy(true)
    setError(undefined)
    try {
      const circle = await call('newCircle', {
        name: name.trim(),
        ...(needsName ? { myName: myName.trim() } : {}),
      })
      const now = await call('me', {})
      me.put(now)
      circles.changed()
      conversations.changed()
      toast(t('circle.new.made', circle.name))
      go(addressOf({ kind: 'circle', id: circle.id }))
      if (now.words === 'unwritten') setMade(circle.id)
      else close()
    } catch (failed) {
      setError(failed)
    }
    setBusy(false)
  }
  if (made !== undefined) return <Words close={() => close()} />
  const shown = name.trim()
  return (
    <Dialog
      title={t('circle.new.title')}
      close={() => close()}
      size="small"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={!ready || busy} onPress={() => void make()}>
            {t('circle.new.make')}
          </Button>
        </>
      }
    >
      <form
        className="people-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void make()
        }}
      >
        <TextField
          label={t('circle.new.name')}
          hint={t('circle.new.nameHint')}
          value={name}
          onChange={setName}
          autoFocus
          wrong={shown !== '' && !isGivenName(name) ? t('circle.wrongName') : undefined}
        />
        {needsName && (
          <TextField
            label={shown === '' ? t('circle.callNameless') : t('circle.call', shown)}
            hint={t('circle.callHint')}
            value={myName}
            onChange={setMyName}
            wrong={myName.trim() !== '' && !isGivenName(myName) ? t('circle.wrongName') : undefined}
          />
        )}
        {/* Enter in either field makes it. */}
        <button type="submit" hidden />
      </form>
      {error !== undefined && <ErrorSentence error={error} />}
    </Dialog>
  )
}
