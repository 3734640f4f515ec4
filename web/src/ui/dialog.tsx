// The shell of every dialog: a title, a way out (Escape, ×, outside), and focus that returns to where it was.

import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { t } from '../text/t.ts'
import { IconButton } from './button.tsx'
import './dialog.css'

interface Props {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
  /** Buttons below, the one that acts last. */
  readonly actions?: ReactNode
  readonly size?: 'small' | 'medium' | 'large'
  /** An alert asks before something that cannot be taken back: a click outside does not close it. */
  readonly alert?: boolean
}

export function Dialog({
  title,
  close,
  children,
  actions,
  size = 'medium',
  alert = false,
}: Props): ReactNode {
  return (
    <ModalOverlay
      className="dialog-veil"
      isOpen
      isDismissable={!alert}
      onOpenChange={(open) => {
        if (!open) close()
      }}
    >
      <Modal className={`dialog-modal dialog-${size}`}>
        <AriaDialog className="dialog" role={alert ? 'alertdialog' : 'dialog'}>
          <header className="dialog-header">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton icon="close" label={t('action.close')} onPress={close} />
          </header>
          <div className="dialog-body">{children}</div>
          {actions !== undefined && <footer className="dialog-actions">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
