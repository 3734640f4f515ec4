// A folder to save in, of the computer that Shoal runs on.

import { type ReactNode, useState } from 'react'
import type { DialogProps } from '../app/dialogs.ts'
import { FolderPicker } from '../files/folder-picker.tsx'
import { t } from '../text/t.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

export function FolderDialog({ title, choose, start, close }: DialogProps<'folder'>): ReactNode {
  const [path, setPath] = useState(start ?? '')
  return (
    <Dialog
      title={title}
      close={() => close()}
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={path.trim() === ''} onPress={() => close(path.trim())}>
            {choose}
          </Button>
        </>
      }
    >
      <FolderPicker purpose="save" start={start} path={path} onPath={setPath} onTake={close} />
    </Dialog>
  )
}
