// An invite, a contact or a device of mine, by its link: what it is, before anything is done with it, and then that one thing.

import { type FormEvent, type ReactNode, useCallback, useEffect, useState } from 'react'
import type { OutputOf } from '../../../../src/api/routes.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import type { DialogProps } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { circles, me, replacePerson } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { addressOf } from '../../views/people/place.ts'
import { isGivenName } from './given-name.ts'

type Facts = OutputOf<'peopleLinkFacts'>

export function PeopleLinkDialog({ link, close }: DialogProps<'peopleLink'>): ReactNode {
  const [chosen, setChosen] = useState(link)
  if (chosen !== undefined) return <Looked key={chosen} link={chosen} close={() => close()} />
  return <Ask onLink={setChosen} close={() => close()} />
}

function Ask({
  onLink,
  close,
}: {
  readonly onLink: (link: string) => void
  readonly close: () => void
}): ReactNode {
  const [text, setText] = useState('')
  const take = (): void => {
    if (text.trim() !== '') onLink(text.trim())
  }
  return (
    <Dialog
      title={t('link.pasteTitle')}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={close}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={text.trim() === ''} onPress={take}>
            {t('link.look')}
          </Button>
        </>
      }
    >
      <form
        className="people-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          take()
        }}
      >
        <TextField
          label={t('link.paste')}
          hint={t('link.pasteHint')}
          value={text}
          onChange={setText}
          autoFocus
        />
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}

function Looked({ link, close }: { readonly link: string; readonly close: () => void }): ReactNode {
  const { value: facts, error } = useLoaded(useCallback(() => call('peopleLinkFacts', { link }), [link]))
  if (facts === undefined) {
    return (
      <Dialog
        title={t('link.pasteTitle')}
        close={close}
        size="small"
        actions={<Button onPress={close}>{t('action.close')}</Button>}
      >
        {error === undefined ? <p role="status">{t('link.looking')}</p> : <ErrorSentence error={error} />}
      </Dialog>
    )
  }
  return <One link={link} facts={facts} close={close} />
}

interface OneProps {
  readonly link: string
  readonly facts: Facts
  readonly close: () => void
}

function One({ link, facts, close }: OneProps): ReactNode {
  const { kind, known, circle, person } = facts
  const { value: own, error: ownError } = useKept(me)
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const asksName = !known && kind === 'invite' && own !== undefined && own.name === null
  const waits = kind === 'invite' && own === undefined && ownError === undefined
  const ready = !waits && (!asksName || isGivenName(name))

  const act = async (): Promise<void> => {
    if (busy || !ready) return
    setBusy(true)
    setError(undefined)
    try {
      if (known) goThere(kind, circle, person)
      else if (kind === 'invite') await join(link, asksName ? name.trim() : undefined)
      else if (kind === 'contact') await add(link)
      else await takeIn(link)
      close()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  const word = known ? 'go' : kind === 'invite' ? (facts.role === 'keeper' ? 'keep' : 'join') : DO[kind]
  return (
    <Dialog
      title={t(`link.title.${kind}`)}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={close}>{t('action.cancel')}</Button>
          <Button
            // Drawn anew when it may be pressed at once: then it takes the focus, and the next Enter does it.
            key={String(ready && !asksName)}
            autoFocus={ready && !asksName}
            look="primary"
            isDisabled={!ready || busy}
            onPress={() => void act()}
          >
            {t(`link.${word}`)}
          </Button>
        </>
      }
    >
      <Told facts={facts} />
      {asksName && (
        <form
          className="people-form"
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            void act()
          }}
        >
          <NameField circle={facts.name} name={name} onName={setName} />
          <button type="submit" hidden />
        </form>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
    </Dialog>
  )
}

const DO = { contact: 'add', device: 'takeIn' } as const

function NameField({
  circle,
  name,
  onName,
}: {
  readonly circle: string | null
  readonly name: string
  readonly onName: (name: string) => void
}): ReactNode {
  // The dialog had the focus before it was known that a name is needed.
  useEffect(() => document.querySelector<HTMLInputElement>('.people-form input')?.focus(), [])
  return (
    <TextField
      label={circle === null ? t('circle.callNameless') : t('circle.call', visible(circle))}
      hint={t('circle.callHint')}
      value={name}
      onChange={onName}
      autoFocus
      wrong={name.trim() !== '' && !isGivenName(name) ? t('circle.wrongName') : undefined}
    />
  )
}

function Told({ facts: { kind, name, role, expiresAt, known } }: { readonly facts: Facts }): ReactNode {
  const lead = {
    invite: name === null ? t('link.circleUnnamed') : t('link.circle', name),
    contact: name === null ? t('link.contactUnnamed') : t('link.contact', name),
    device: name === null ? t('link.deviceUnnamed') : t('link.device', name),
  }[kind]
  return (
    <>
      <p className="view-lead">
        <ForeignText text={lead} />
      </p>
      {known && (
        <p>
          {t(
            kind === 'invite' ? 'link.member' : kind === 'contact' ? 'link.contactKnown' : 'link.deviceKnown',
          )}
        </p>
      )}
      {!known && role === 'keeper' && <p>{t('link.keeper')}</p>}
      {!known && kind === 'contact' && <p className="soft">{t('link.contactMeans')}</p>}
      {!known && kind === 'device' && <p className="share-widening">{t('link.deviceMeans')}</p>}
      {expiresAt !== null && (
        <p className="soft">
          {t('link.expires')} <Moment at={expiresAt} />
        </p>
      )}
    </>
  )
}

function goThere(kind: Facts['kind'], circle: string | null, person: string | null): void {
  if (kind === 'invite' && circle !== null) go(addressOf({ kind: 'circle', id: circle }))
  else if (kind === 'contact' && person !== null) go(addressOf({ kind: 'person', id: person }))
  else go({ view: 'settings' })
}

async function join(link: string, name: string | undefined): Promise<void> {
  const joining = await call('joinCircle', { link, ...(name === undefined ? {} : { name }) })
  const now = circles.value
  if (now !== undefined) {
    circles.put({ ...now, joining: [joining, ...now.joining.filter(({ id }) => id !== joining.id)] })
  }
  circles.changed()
  me.changed()
  go(addressOf({ kind: 'joining', id: joining.id }))
}

async function add(link: string): Promise<void> {
  const person = await call('addContact', { link })
  replacePerson(person)
  toast(t('link.added', visible(person.alias ?? person.name ?? '')))
  go(addressOf({ kind: 'person', id: person.id }))
}

async function takeIn(link: string): Promise<void> {
  me.put(await call('linkDevice', { link }))
  toast(t('link.tookIn'))
  go({ view: 'settings' })
}
