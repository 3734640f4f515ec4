// Files and folders of the computer that Shoal runs on, as the daemon shows them: places to begin with, what a folder holds,
// and why something may not be shared. A path can be typed, too; what it names is shown meanwhile.

import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useState } from 'react'
import { formatSize } from '../../../src/api/format-quantity.ts'
import type { Folder } from '../../../src/api/schemas/machine.ts'
import { call } from '../store/api.ts'
import { t } from '../text/t.ts'
import { Button } from '../ui/button.tsx'
import { ErrorSentence } from '../ui/error-sentence.tsx'
import { Field, TickBox } from '../ui/field.tsx'
import { ForeignText } from '../ui/foreign-text.tsx'
import { Icon } from '../ui/icon.tsx'
import { useLoaded } from '../ui/use-loaded.ts'
import { useWindowed } from '../ui/windowed.ts'
import { refusalSentence } from './refusal.ts'
import '../ui/windowed.css'
import './folder-picker.css'

type Entry = Folder['entries'][number]

const SEEN_ROWS = 9
/** A path is looked at when its typing rests. */
const REST_MS = 250

interface Props {
  /** A file or folder to be shared, or a folder to save in: then files are not shown and nothing is refused. */
  readonly purpose: 'share' | 'save'
  readonly start?: string | undefined
  /** The path in the field: what is chosen if the person goes on now. */
  readonly path: string
  readonly onPath: (path: string) => void
  /** Enter in the field, or a file that was pressed. */
  readonly onTake: (path: string) => void
}

export function FolderPicker({ purpose, start, path, onPath, onTake }: Props): ReactNode {
  const [at, setAt] = useState(start)
  const [hidden, setHidden] = useState(false)
  const { value, error, again } = useFolder(at, hidden)
  const shown = purpose === 'save' ? value?.entries.filter(({ kind }) => kind !== 'file') : value?.entries
  const open = (entry: string | undefined): void => {
    setAt(entry)
    onPath(entry ?? '')
  }
  return (
    <div className="folder-picker">
      <PathField path={path} onPath={onPath} onRest={setAt} onTake={onTake} />
      <div className="folder-bar">
        <Button look="quiet" isDisabled={at === undefined} onPress={() => open(undefined)}>
          {t('folder.places')}
        </Button>
        <Button
          look="quiet"
          icon="chevronUp"
          isDisabled={value?.path == null || value.parent === null}
          onPress={() => open(value?.parent ?? undefined)}
        >
          {t('folder.up')}
        </Button>
        <TickBox on={hidden} onChange={setHidden}>
          {t('folder.hidden')}
        </TickBox>
        {value?.freeBytes != null && (
          <span className="folder-free">{t('folder.free', formatSize(value.freeBytes))}</span>
        )}
      </div>
      {error !== undefined && <ErrorSentence error={error} />}
      {shown === undefined ? (
        <p className="soft">{t('folder.loading')}</p>
      ) : (
        <Entries
          key={value?.path ?? ''}
          label={value?.path == null ? t('folder.placesLabel') : t('folder.label')}
          entries={shown}
          refusals={purpose === 'share'}
          onOpen={(entry) => {
            if (entry.kind !== 'file') open(entry.path)
            else if (entry.refused === null) onTake(entry.path)
          }}
        />
      )}
      {value?.cut === true && <p className="soft">{t('folder.cut')}</p>}
      {purpose === 'share' && value?.path != null && value.refused !== null && (
        <p className="soft">{refusalSentence(value.refused)}</p>
      )}
      {purpose === 'save' && value?.path != null && (
        <>
          {!value.writable && <p className="folder-careful">{t('folder.notWritable')}</p>}
          {value.writable && (
            <NewFolder
              below={value.path}
              onMade={(made) => {
                again()
                open(made)
              }}
            />
          )}
        </>
      )}
    </div>
  )
}

function useFolder(at: string | undefined, hidden: boolean) {
  const load = useCallback(
    () =>
      call('folder', { ...(at === undefined ? {} : { path: at }), ...(hidden ? { hidden: 'true' } : {}) }),
    [at, hidden],
  )
  return useLoaded(load)
}

interface PathFieldProps {
  readonly path: string
  readonly onPath: (path: string) => void
  /** What is typed, when it may name a folder. */
  readonly onRest: (path: string | undefined) => void
  readonly onTake: (path: string) => void
}

function PathField({ path, onPath, onRest, onTake }: PathFieldProps): ReactNode {
  const [typed, setTyped] = useState<string>()
  useEffect(() => {
    if (typed === undefined) return
    let current = true
    const timer = setTimeout(() => {
      if (typed.trim() === '') return onRest(undefined)
      // Half a path is no mistake: only what is a folder is shown.
      call('folder', { path: typed }).then(
        () => current && onRest(typed),
        () => undefined,
      )
    }, REST_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [typed, onRest])
  return (
    <Field label={t('folder.path')}>
      {(wiring) => (
        <input
          {...wiring}
          className="input input-fixed"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to fill this
          autoFocus
          value={path}
          onChange={({ currentTarget }) => {
            onPath(currentTarget.value)
            setTyped(currentTarget.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing || path.trim() === '') return
            event.preventDefault()
            onTake(path.trim())
          }}
        />
      )}
    </Field>
  )
}

interface EntriesProps {
  readonly label: string
  readonly entries: readonly Entry[]
  readonly refusals: boolean
  readonly onOpen: (entry: Entry) => void
}

function Entries({ label, entries, refusals, onOpen }: EntriesProps): ReactNode {
  const id = useId()
  const seen = useWindowed(entries.length, SEEN_ROWS)
  if (entries.length === 0) return <p className="soft">{t('folder.empty')}</p>
  const current = entries[seen.current]
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Enter' && current !== undefined) onOpen(current)
    else if (!seen.move(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={seen.box}
      className="windowed folder-entries"
      role="listbox"
      aria-label={label}
      aria-activedescendant={`${id}-${seen.current}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={seen.onScroll}
    >
      <div role="none" style={{ blockSize: seen.beforePx }} />
      {entries.slice(seen.first, seen.last).map((entry, i) => {
        const place = seen.first + i
        const refused = refusals && entry.refused !== null ? refusalSentence(entry.refused) : undefined
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys for its rows
          // biome-ignore lint/a11y/useFocusableInteractive: the list holds the focus and names its current row
          <div
            key={entry.path}
            id={`${id}-${place}`}
            role="option"
            className={`windowed-row${place === seen.current ? ' windowed-current' : ''}${refused === undefined ? '' : ' folder-refused'}`}
            aria-selected={place === seen.current}
            aria-disabled={refused !== undefined && entry.kind === 'file' ? true : undefined}
            aria-posinset={place + 1}
            aria-setsize={entries.length}
            onClick={() => {
              seen.go(place)
              onOpen(entry)
            }}
          >
            <Icon name={entry.kind === 'file' ? 'file' : 'folder'} />
            <span className="windowed-name">
              <ForeignText text={entry.name} />
            </span>
            <span className="windowed-fact folder-fact" title={refused}>
              {refused ?? (entry.lengthBytes === null ? '' : formatSize(entry.lengthBytes))}
            </span>
          </div>
        )
      })}
      <div role="none" style={{ blockSize: seen.afterPx }} />
    </div>
  )
}

function NewFolder({
  below,
  onMade,
}: {
  readonly below: string
  readonly onMade: (path: string) => void
}): ReactNode {
  const [name, setName] = useState<string>()
  const [error, setError] = useState<unknown>()
  const make = async (): Promise<void> => {
    if (name === undefined || name.trim() === '') return
    try {
      const made = await call('makeFolder', { path: joined(below, name.trim()) })
      setName(undefined)
      setError(undefined)
      onMade(made.path ?? below)
    } catch (failed) {
      setError(failed)
    }
  }
  if (name === undefined) {
    return (
      <Button look="quiet" icon="plus" onPress={() => setName('')}>
        {t('folder.make')}
      </Button>
    )
  }
  return (
    <>
      <Field label={t('folder.makeName')}>
        {(wiring) => (
          <div className="field-row">
            <input
              {...wiring}
              className="input"
              // biome-ignore lint/a11y/noAutofocus: asked for by the press before
              autoFocus
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                void make()
              }}
            />
            <Button onPress={() => void make()}>{t('folder.makeDo')}</Button>
          </div>
        )}
      </Field>
      {error !== undefined && <ErrorSentence error={error} />}
    </>
  )
}

/** With the separator that the daemon's computer uses. */
function joined(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith(separator) ? folder + name : folder + separator + name
}
