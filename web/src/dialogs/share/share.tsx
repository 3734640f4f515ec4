// Sharing (INTERFACE.md A5): what, with whom after a look at what others will see, and the link. By keys: the path, Enter,
// Enter.

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import type { DialogProps } from '../../app/dialogs.ts'
import { FolderPicker } from '../../files/folder-picker.tsx'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { audienceName } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { CopyProgress, FromBrowser, useCopying } from './copying.tsx'
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
        onDone={(facts, who) => {
          if (facts !== undefined) return setShared(facts)
          toast(t(who.startsWith('circle:') ? 'send.sentCircle' : 'send.sent', audienceName(who)))
          close()
        }}
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
        <CopyProgress file={copying.file} sentBytes={copying.sentBytes} onCancel={copying.cancel} />
      )}
    </Dialog>
  )
}
