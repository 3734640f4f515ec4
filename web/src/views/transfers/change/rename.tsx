// Another name: of one file on disk, or of the transfer as it is shown.

import { type ReactNode, useState } from 'react'
import type { DialogProps } from '../../../app/dialogs.ts'
import { call } from '../../../store/api.ts'
import { sentenceOf } from '../../../store/attempt.ts'
import { rows } from '../../../store/connection.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'

export function Rename({ id, index, path, close }: DialogProps<'rename'>): ReactNode {
  const before = path?.at(-1) ?? rows.get(id)?.name ?? ''
  const [name, setName] = useState(before)
  const [wrong, setWrong] = useState<string | undefined>()
  const save = async () => {
    try {
      await call('renameFile', {
        id,
        ...(index === undefined ? {} : { index }),
        to: [...(path?.slice(0, -1) ?? []), name.trim()],
      })
      close(true)
    } catch (error) {
      setWrong(sentenceOf(error))
    }
  }
  const ready = name.trim() !== '' && name !== before
  return (
    <Dialog
      title={index === undefined ? t('rename.title') : t('rename.file')}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={!ready} onPress={() => void save()}>
            {t('rename.set')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) void save()
        }}
      >
        <TextField
          label={t('rename.name')}
          hint={index === undefined ? t('rename.shown') : t('rename.onDisk')}
          wrong={wrong}
          value={name}
          onChange={(typed) => {
            setName(typed)
            setWrong(undefined)
          }}
          autoFocus
        />
      </form>
    </Dialog>
  )
}
