// Removing with the files: the one act that asks first, since it may not be taken back.

import { type ReactNode, useState } from 'react'
import { formatSize } from '../../../../../src/api/format-quantity.ts'
import type { DialogProps } from '../../../app/dialogs.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Picks } from '../../../ui/field.tsx'
import { remove } from '../actions.ts'
import { Preview, rowsOf } from './preview.tsx'

export function RemoveData({ ids, close }: DialogProps<'removeData'>): ReactNode {
  const chosen = rowsOf(ids)
  const shares = chosen.filter(({ role }) => role === 'share').length
  const [data, setData] = useState<'trash' | 'delete'>('trash')
  const bytes = chosen.reduce((sum, row) => sum + (row.role === 'share' ? 0 : row.doneBytes), 0)
  return (
    <Dialog
      alert
      title={t('removeData.title')}
      close={close}
      size="small"
      actions={
        <>
          <Button autoFocus onPress={() => close()}>
            {t('action.cancel')}
          </Button>
          <Button
            look="danger"
            onPress={() => {
              close()
              void remove(ids, data)
            }}
          >
            {t(`removeData.do.${data}`, formatSize(bytes))}
          </Button>
        </>
      }
    >
      <Preview chosen={chosen} />
      <Picks
        label={t('removeData.files')}
        value={data}
        onChange={setData}
        options={[
          { value: 'trash', name: t('removeData.trash'), means: t('removeData.trashMeans') },
          { value: 'delete', name: t('removeData.delete'), means: t('removeData.deleteMeans') },
        ]}
      />
      {shares > 0 && <p className="soft">{t('removeData.shares', shares)}</p>}
    </Dialog>
  )
}
