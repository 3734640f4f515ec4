// Getting (INTERFACE.md A6): paste, see what it is, choose, get. By keys: paste, Enter.

import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import type { DialogProps } from '../../app/dialogs.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { isTorrentName, MAX_TORRENT_BYTES, toBase64 } from './pasted.ts'
import { type Place, rememberPlace, SaveTo } from './save-to.tsx'
import { addRequest, prioritiesOf, readinessOf, type Thing, wantedBytes } from './thing.ts'
import { nameOf, ThingPanel } from './thing-panel.tsx'
import { type Things, useThings } from './use-things.ts'
import './get.css'

export function GetDialog({ close, ...given }: DialogProps<'get'>): ReactNode {
  const all = useThings()
  const { things, change } = all
  const [seen, setSeen] = useState<string>()
  const [place, setPlace] = useState<Place>({ saveFolder: '', category: '' })
  const [error, setError] = useState<unknown>()
  const [getting, setGetting] = useState(false)
  useGiven(all, given, setError)

  const shown = things.find(({ key }) => key === seen) ?? things[0]
  const getable = things.filter((thing) => ['ready', 'blind'].includes(readinessOf(thing)))
  const looking = things.some((thing) => readinessOf(thing) === 'looking')
  const ready = getable.length > 0 && !looking && !getting
  const usual = things.find(({ inspection }) => inspection !== undefined)?.inspection?.saveFolder

  const get = async (): Promise<void> => {
    if (!ready) return
    setGetting(true)
    setError(undefined)
    const done: Thing[] = []
    for (const thing of getable) {
      try {
        await getOne(thing, place)
        all.keep(thing)
        done.push(thing)
      } catch (failed) {
        change(thing.key, { error: failed })
      }
    }
    setGetting(false)
    if (done.length > 0) {
      if (place.saveFolder !== '') rememberPlace(place)
      const [first] = done
      const name = first === undefined ? undefined : nameOf(first)
      toast(
        done.length > 1 || name === undefined
          ? t('get.addedMany', done.length)
          : t('get.added', visible(name)),
      )
      go({ view: 'transfers' })
    }
    if (done.length === getable.length) close()
  }

  return (
    <Dialog
      title={t('get.title')}
      close={() => close()}
      size="large"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button
            // Drawn anew when there is something to get, so that it takes the focus: the next Enter gets.
            key={String(ready)}
            look="primary"
            icon="get"
            autoFocus={ready}
            isDisabled={!ready}
            onPress={() => void get()}
          >
            {buttonText(getable)}
          </Button>
        </>
      }
    >
      <Paste
        all={all}
        again={things.length > 0}
        onError={setError}
        onEnter={() => {
          if (ready) void get()
        }}
      />
      {error !== undefined && <ErrorSentence error={error} />}
      {things.length > 1 && (
        <ThingList things={things} shown={shown} onShow={setSeen} onTakeOut={all.takeOut} />
      )}
      {shown !== undefined && (
        <ThingPanel
          key={shown.key}
          thing={shown}
          onChange={(with_) => change(shown.key, with_)}
          onAskList={() => void all.askList(shown, place.saveFolder)}
          close={() => close()}
        />
      )}
      {shown !== undefined && readinessOf(shown) === 'nothing-chosen' && (
        <p className="soft">{t('get.nothingChosen')}</p>
      )}
      {usual !== undefined && getable.length > 0 && (
        <SaveTo place={place} onChange={setPlace} usual={usual} neededBytes={sumOf(getable)} />
      )}
    </Dialog>
  )
}

function sumOf(things: readonly Thing[]): number | undefined {
  const sizes = things.map(wantedBytes)
  return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0)
}

function buttonText(things: readonly Thing[]): string {
  const [first] = things
  if (things.length > 1) return t('get.buttonMany', things.length)
  if (first === undefined) return t('get.button')
  const bytes = wantedBytes(first)
  return bytes === undefined ? t('get.buttonAllWhenKnown') : t('get.buttonSize', formatSize(bytes))
}

async function getOne(thing: Thing, { saveFolder, category }: Place): Promise<void> {
  const { asking, inspection } = thing
  if (asking === undefined) {
    await call('addTransfer', addRequest(thing, { saveFolder, category: category === '' ? null : category }))
    return
  }
  const ids = [asking.id]
  if (inspection !== undefined && saveFolder !== '' && saveFolder !== inspection.saveFolder) {
    await call('moveTransfers', { ids, folder: saveFolder })
  }
  if (category !== '') await call('changeTransfers', { ids, change: { category } })
  await call('changeFiles', { id: asking.id, priorities: prioritiesOf(thing) })
}

/** What the dialog was opened with: by the box, a paste, a drop, or a link of the system. */
function useGiven(
  all: Things,
  given: Omit<DialogProps<'get'>, 'close'>,
  onError: (error: unknown) => void,
): void {
  const taken = useRef(false)
  useEffect(() => {
    if (taken.current) return
    taken.current = true
    const { link, text, torrent, torrents = [] } = given
    if (link !== undefined) all.add([{ source: { link }, hint: undefined }])
    if (text !== undefined) all.addText(text)
    const files = [...(torrent === undefined ? [] : [torrent]), ...torrents]
    if (files.length > 0) void addFiles(all, files, onError)
  }, [all, given, onError])
}

async function addFiles(
  all: Things,
  files: readonly File[],
  onError: (error: unknown) => void,
): Promise<void> {
  for (const file of files) {
    if (file.size > MAX_TORRENT_BYTES) {
      onError(t('get.tooLarge', visible(file.name)))
      continue
    }
    const torrent = toBase64(new Uint8Array(await file.arrayBuffer()))
    all.add([{ source: { torrent }, hint: file.name.replace(/\.torrent$/i, '') }])
  }
}

interface PasteProps {
  readonly all: Things
  readonly again: boolean
  readonly onError: (error: unknown) => void
  readonly onEnter: () => void
}

function Paste({ all, again, onError, onEnter }: PasteProps): ReactNode {
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const take = (given: string): void => {
    const found = all.addText(given)
    setText(found ? '' : given)
    onError(found || given.trim() === '' ? undefined : t('get.nothingUnderstood'))
  }
  const onPaste = (event: ClipboardEvent | globalThis.ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ name }) => isTorrentName(name))
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    if (files.length === 0 && pasted === '') return
    event.preventDefault()
    onError(undefined)
    if (files.length > 0) void addFiles(all, files, onError)
    else take(text + pasted)
  }
  useEffect(() => {
    // One more, pasted while the button has the focus.
    const elsewhere = (event: globalThis.ClipboardEvent): void => {
      const { target } = event
      const typing = target instanceof HTMLElement && target.matches('input, textarea')
      if (!event.defaultPrevented && !typing) onPaste(event)
    }
    window.addEventListener('paste', elsewhere)
    return () => window.removeEventListener('paste', elsewhere)
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (text.trim() === '') onEnter()
    else take(text)
  }
  return (
    <Field label={t('get.paste')} hint={t('get.pasteHint')}>
      {(wiring) => (
        <div className="field-row">
          <textarea
            {...wiring}
            className="input get-paste"
            rows={again ? 1 : 2}
            autoCapitalize="off"
            autoComplete="off"
            spellCheck={false}
            // biome-ignore lint/a11y/noAutofocus: the dialog was opened to fill this
            autoFocus
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            onPaste={onPaste}
            onKeyDown={onKeyDown}
          />
          {text.trim() !== '' && <Button onPress={() => take(text)}>{t('get.look')}</Button>}
          <input
            ref={input}
            type="file"
            accept=".torrent,application/x-bittorrent"
            multiple
            hidden
            onChange={({ currentTarget }) => {
              onError(undefined)
              void addFiles(all, [...(currentTarget.files ?? [])], onError)
              currentTarget.value = ''
            }}
          />
          <Button icon="file" onPress={() => input.current?.click()}>
            {t('get.openFile')}
          </Button>
        </div>
      )}
    </Field>
  )
}

interface ThingListProps {
  readonly things: readonly Thing[]
  readonly shown: Thing | undefined
  readonly onShow: (key: string) => void
  readonly onTakeOut: (key: string) => void
}

function ThingList({ things, shown, onShow, onTakeOut }: ThingListProps): ReactNode {
  return (
    <ul className="get-list" aria-label={t('get.things')}>
      {things.map((thing) => {
        const name = nameOf(thing) ?? t('get.unnamed')
        return (
          <li key={thing.key} className="get-list-row">
            <button
              type="button"
              className="get-list-name"
              aria-current={thing === shown}
              onClick={() => onShow(thing.key)}
            >
              <span className="truncate">
                <ForeignText text={name} />
              </span>
              <ThingFact thing={thing} />
            </button>
            <IconButton
              icon="close"
              label={t('get.takeOut', visible(name))}
              onPress={() => onTakeOut(thing.key)}
            />
          </li>
        )
      })}
    </ul>
  )
}

function ThingFact({ thing }: { readonly thing: Thing }): ReactNode {
  const size = wantedBytes(thing)
  switch (readinessOf(thing)) {
    case 'looking':
      return <span className="soft">{t('get.looking')}</span>
    case 'failed':
      return <span className="get-short">{t('get.fact.failed')}</span>
    case 'here':
      return <span className="soft">{t('get.fact.here')}</span>
    default:
      return <span className="soft">{size === undefined ? t('get.fact.unknown') : formatSize(size)}</span>
  }
}
