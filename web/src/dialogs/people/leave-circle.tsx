// Deleting what was received from a circle: the one way of leaving that asks.

import type { ReactNode } from 'react'
import type { DialogProps } from '../../app/dialogs.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export function LeaveCircle({ name, close }: DialogProps<'leaveCircle'>): ReactNode {
  return (
    <Dialog
      alert
      size="small"
      title={t('leave.ask', name)}
      close={() => close()}
      actions={
        <>
          <Button autoFocus onPress={() => close()}>
            {t('action.cancel')}
          </Button>
          <Button look="danger" icon="remove" onPress={() => close(true)}>
            {t('leave.doDelete')}
          </Button>
        </>
      }
    >
      <p>{t('leave.askMeans')}</p>
    </Dialog>
  )
}
