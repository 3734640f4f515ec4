// Sending to somebody, a device nearby, a circle or a conversation: the file or folder, a look at it, and it is offered. By keys: the path,
// Enter, Enter.

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { DialogProps } from '../../app/dialogs.ts'
import { FolderPicker } from '../../files/folder-picker.tsx'
import { sendOffers } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { CopyProgress, FromBrowser, useCopying } from './copying.tsx'
import { Review } from './review.tsx'
import type { Subject } from './subject.ts'
import './share.css'

export function SendDialog({ target, file, path: given, close }: DialogProps<'send'>): ReactNode {
  const [path, setPath] = useState(given ?? '')
  const [chosen, setChosen] = useState(given)
  const [copied, setCopied] = useState(false)
  const copying = useCopying(
    useCallback((to: string) => {
      setPath(to)
      setChosen(to)
      setCopied(true)
    }, []),
    undefined,
  )
  const { start } = copying
  const begun = useRef(false)
  useEffect(() => {
    if (file === undefined || begun.current) return
    begun.current = true
    start(file)
  }, [file, start])
  const subject = useMemo(
    (): Subject | undefined =>
      chosen === undefined ? undefined : { kind: 'send', path: chosen, copied, target },
    [chosen, copied, target],
  )
  if (subject !== undefined) {
    return (
      <Review
        key={chosen}
        subject={subject}
        onBack={() => {
          setChosen(undefined)
          setCopied(false)
        }}
        onDone={() => {
          // In a conversation the message says it.
          if (target.kind === 'to') toast(t('send.sent', target.name))
          sendOffers.changed()
          close(true)
        }}
        close={() => close()}
      />
    )
  }
  return (
    <Dialog
      title={t(target.kind === 'to' ? 'send.title' : 'send.offerTitle', target.name)}
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
        <CopyProgress file={copying.file} sentBytes={copying.sentBytes} onCancel={copying.cancel} />
      )}
    </Dialog>
  )
}
