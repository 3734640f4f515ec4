// Sharing (INTERFACE.md A5): what, with whom after a look at what others will see, and the link. By keys: the path, Enter,
// Enter.

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import type { DialogProps } from '../../app/dialogs.ts'
import { FolderPicker } from '../../files/folder-picker.tsx'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { copyFile, MAX_DROPPED_BYTES } from './copied-file.ts'
import { Review } from './review.tsx'
import { SharedPanel } from './shared-panel.tsx'
import type { Subject } from './subject.ts'
import './share.css'

export function ShareDialog({ path: given, file, refused, close }: DialogProps<'share'>): ReactNode {
  const [path, setPath] = useState(given ?? '')
  const [chosen, setChosen] = useState(given)
  const [copied, setCopied] = useState(false)
  const [shared, setShared] = useState<ShareFacts>()
  const copying = useCopying(
    useCallback((to: string) => {
      setPath(to)
      setChosen(to)
      setCopied(true)
    }, []),
    refused,
  )
  const { start } = copying
  const begun = useRef(false)
  useEffect(() => {
    if (file === undefined || begun.current) return
    begun.current = true
    start(file)
  }, [file, start])

  const subject = useMemo(
    (): Subject | undefined => (chosen === undefined ? undefined : { kind: 'path', path: chosen, copied }),
    [chosen, copied],
  )
  const another = (): void => {
    setShared(undefined)
    setChosen(undefined)
    setCopied(false)
    setPath('')
  }
  if (shared !== undefined) {
    return (
      <Dialog
        title={t('shared.title')}
        close={() => close()}
        actions={
          <>
            <Button onPress={another}>{t('shared.another')}</Button>
            <Button look="primary" onPress={() => close()}>
              {t('shared.done')}
            </Button>
          </>
        }
      >
        <SharedPanel facts={shared} onStopped={() => close()} />
      </Dialog>
    )
  }
  if (subject !== undefined) {
    return (
      <Review
        key={chosen}
        subject={subject}
        onBack={() => {
          setChosen(undefined)
          setCopied(false)
        }}
        onDone={setShared}
        close={() => close()}
      />
    )
  }
  return (
    <Dialog
      title={t('share.title.path')}
      close={() => close()}
      size="large"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={path.trim() === ''} onPress={() => setChosen(path.trim())}>
            {t('share.next')}
          </Button>
        </>
      }
    >
      {copying.error !== undefined && <ErrorSentence error={copying.error} />}
      {copying.file === undefined ? (
        <>
          <FolderPicker purpose="share" path={path} onPath={setPath} onTake={setChosen} />
          <FromBrowser onFile={start} />
        </>
      ) : (
        <Progress file={copying.file} sentBytes={copying.sentBytes} onCancel={copying.cancel} />
      )}
    </Dialog>
  )
}

interface Copying {
  readonly file: File | undefined
  readonly sentBytes: number
  readonly error: unknown
  readonly start: (file: File) => void
  readonly cancel: () => void
}

function useCopying(onCopied: (path: string) => void, refused: string | undefined): Copying {
  const [state, setState] = useState<Pick<Copying, 'file' | 'sentBytes' | 'error'>>({
    file: undefined,
    sentBytes: 0,
    error: refused,
  })
  const abort = useRef<AbortController>(undefined)
  const start = useCallback(
    (file: File): void => {
      if (file.size > MAX_DROPPED_BYTES) {
        setState({ file: undefined, sentBytes: 0, error: t('share.tooLarge', visible(file.name)) })
        return
      }
      const mine = new AbortController()
      abort.current = mine
      setState({ file, sentBytes: 0, error: undefined })
      const progress = (sentBytes: number): void => setState({ file, sentBytes, error: undefined })
      copyFile(file, { progress, signal: mine.signal }).then(
        (path) => {
          setState({ file: undefined, sentBytes: 0, error: undefined })
          onCopied(path)
        },
        (error: unknown) =>
          setState({ file: undefined, sentBytes: 0, error: mine.signal.aborted ? undefined : error }),
      )
    },
    [onCopied],
  )
  const cancel = useCallback((): void => abort.current?.abort(), [])
  useEffect(() => cancel, [cancel])
  return { ...state, start, cancel }
}

function Progress({
  file,
  sentBytes,
  onCancel,
}: {
  readonly file: File
  readonly sentBytes: number
  readonly onCancel: () => void
}): ReactNode {
  const name = visible(file.name)
  return (
    <div className="share-copying">
      <p role="status">{t('share.copying', name)}</p>
      <progress aria-label={t('share.copying', name)} max={Math.max(1, file.size)} value={sentBytes} />
      <Button onPress={onCancel}>{t('action.cancel')}</Button>
    </div>
  )
}

function FromBrowser({ onFile }: { readonly onFile: (file: File) => void }): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="share-browser">
      <Button icon="file" onPress={() => input.current?.click()}>
        {t('share.fromBrowser')}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          currentTarget.value = ''
          if (file !== undefined) onFile(file)
        }}
      />
      <p className="soft">{t('share.dropHint')}</p>
    </div>
  )
}
