// A file in which something was found is deleted for good: asked first, since it cannot be taken back.

import { type ReactNode, useState } from 'react'
import { visible } from '../../../../../src/api/unseen-characters.ts'
import type { DialogProps } from '../../../app/dialogs.ts'
import { call } from '../../../store/api.ts'
import { toast } from '../../../store/toasts.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { ErrorSentence } from '../../../ui/error-sentence.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'

export function DeleteLocked({ id, index, name, why, close }: DialogProps<'deleteLocked'>): ReactNode {
  const [error, setError] = useState<unknown>()
  const remove = async (): Promise<void> => {
    try {
      await call('deleteLocked', { id, index })
      toast(t('deleteLocked.done', visible(name)))
      close(true)
    } catch (failed) {
      setError(failed)
    }
  }
  return (
    <Dialog
      alert
      title={t('deleteLocked.title')}
      close={() => close()}
      size="small"
      actions={
        <>
          <Button autoFocus onPress={() => close()}>
            {t('action.cancel')}
          </Button>
          <Button look="danger" onPress={() => void remove()}>
            {t('deleteLocked.do')}
          </Button>
        </>
      }
    >
      <p>
        <ForeignText text={t('deleteLocked.means', name)} />
      </p>
      {why !== '' && (
        <p className="soft">
          <ForeignText text={`${why}.`} />
        </p>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
    </Dialog>
  )
}
