// How fast chosen transfers may be, each way.

import { type ReactNode, useState } from 'react'
import type { DialogProps } from '../../../app/dialogs.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { change } from '../actions.ts'
import { readLimit, showLimit } from './limit-text.ts'
import { common, Preview, rowsOf } from './preview.tsx'

export function Limits({ ids, close }: DialogProps<'limits'>): ReactNode {
  const chosen = rowsOf(ids)
  const were = { down: common(chosen, (row) => row.downLimit), up: common(chosen, (row) => row.upLimit) }
  const [down, setDown] = useState(showLimit(were.down))
  const [up, setUp] = useState(showLimit(were.up))
  const limits = { down: readLimit(down), up: readLimit(up) }
  const wrong = (limit: number | null | undefined) => (limit === undefined ? t('limits.wrong') : undefined)
  const save = () => {
    if (limits.down === undefined || limits.up === undefined) return
    close()
    void change(
      ids,
      { downLimit: limits.down, upLimit: limits.up },
      (name) => t('transfers.limited', name),
      ({ downLimit, upLimit }) => ({ downLimit, upLimit }),
    )
  }
  return (
    <Dialog
      title={t('limits.title')}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={limits.down === undefined || limits.up === undefined}
            onPress={save}
          >
            {t('limits.set')}
          </Button>
        </>
      }
    >
      <Preview chosen={chosen} />
      <TextField
        label={t('limits.down')}
        value={down}
        onChange={setDown}
        placeholder={were.down === undefined ? t('change.differs') : t('limits.none')}
        hint={t('limits.hint')}
        wrong={wrong(limits.down)}
        autoFocus
      />
      <TextField
        label={t('limits.up')}
        value={up}
        onChange={setUp}
        placeholder={were.up === undefined ? t('change.differs') : t('limits.none')}
        wrong={wrong(limits.up)}
      />
    </Dialog>
  )
}
