// A file of the browser on its way to Shoal's own folder, from where it can be shared: a browser does not say where files lie.

import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { copyFile, MAX_DROPPED_BYTES } from './copied-file.ts'

export interface Copying {
  readonly file: File | undefined
  readonly sentBytes: number
  readonly error: unknown
  readonly start: (file: File) => void
  readonly cancel: () => void
}

export function useCopying(onCopied: (path: string) => void, refused: string | undefined): Copying {
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

export function CopyProgress({
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

export function FromBrowser({ onFile }: { readonly onFile: (file: File) => void }): ReactNode {
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
