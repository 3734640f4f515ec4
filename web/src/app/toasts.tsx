// Draws the toasts. Time stands still for them while one is pointed at or has the focus, so that Undo can be reached.

import { type ReactNode, useEffect, useState } from 'react'
import { announced } from '../store/announce.ts'
import { dismiss, TOAST_MS, type Toast, toasts, undoToast } from '../store/toasts.ts'
import { useSignal } from '../store/use-signal.ts'
import { t } from '../text/t.ts'
import { Button, IconButton } from '../ui/button.tsx'
import './toasts.css'

export function Toasts(): ReactNode {
  const shown = useSignal(toasts)
  const [held, setHeld] = useState(false)
  return (
    <>
      <p className="visually-hidden" role="status" aria-live="polite">
        <Announced />
      </p>
      {shown.length > 0 && (
        <section
          className="toasts"
          aria-label={t('toast.label')}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          {shown.map((one) => (
            <OneToast key={one.id} toast={one} held={held} />
          ))}
        </section>
      )}
    </>
  )
}

function Announced(): ReactNode {
  return useSignal(announced)
}

function OneToast({ toast, held }: { readonly toast: Toast; readonly held: boolean }): ReactNode {
  useEffect(() => {
    if (held) return undefined
    const timer = setTimeout(() => dismiss(toast.id), TOAST_MS)
    return () => clearTimeout(timer)
  }, [toast.id, held])
  return (
    <div className={`toast toast-${toast.tone}`}>
      <p>{toast.text}</p>
      {toast.act !== undefined && <Button onPress={toast.act.do}>{toast.act.name}</Button>}
      {toast.undo !== undefined && <Button onPress={() => undoToast(toast)}>{t('action.undo')}</Button>}
      <IconButton icon="close" label={t('action.dismiss')} onPress={() => dismiss(toast.id)} />
    </div>
  )
}
