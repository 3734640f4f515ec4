// When chosen transfers stop giving once they have everything.

import { type ReactNode, useState } from 'react'
import type { DialogProps } from '../../../app/dialogs.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { change } from '../actions.ts'
import { common, Preview, rowsOf } from './preview.tsx'
import { readRule, showRule } from './stop-rule-text.ts'

export function StopRule({ ids, close }: DialogProps<'stopRule'>): ReactNode {
  const chosen = rowsOf(ids)
  const [texts, setTexts] = useState(() =>
    showRule({
      ratio: common(chosen, (row) => row.stopRule.ratio) ?? null,
      seconds: common(chosen, (row) => row.stopRule.seconds) ?? null,
      copies: common(chosen, (row) => row.stopRule.copies) ?? null,
    }),
  )
  const { ratio, seconds, copies } = readRule(texts)
  const whole = ratio !== undefined && seconds !== undefined && copies !== undefined
  const save = () => {
    if (!whole) return
    close()
    void change(
      ids,
      { stopRule: { ratio, seconds, copies } },
      (name) => t('transfers.ruled', name),
      (row) => ({ stopRule: row.stopRule }),
    )
  }
  return (
    <Dialog
      title={t('rule.title')}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" isDisabled={!whole} onPress={save}>
            {t('rule.set')}
          </Button>
        </>
      }
    >
      <Preview chosen={chosen} />
      <p className="soft">{t('rule.means')}</p>
      <TextField
        label={t('rule.ratio')}
        value={texts.ratio}
        onChange={(typed) => setTexts({ ...texts, ratio: typed })}
        wrong={ratio === undefined ? t('rule.wrongNumber') : undefined}
        autoFocus
      />
      <TextField
        label={t('rule.time')}
        hint={t('rule.timeHint')}
        value={texts.time}
        onChange={(typed) => setTexts({ ...texts, time: typed })}
        wrong={seconds === undefined ? t('rule.wrongTime') : undefined}
      />
      <TextField
        label={t('rule.copies')}
        value={texts.copies}
        onChange={(typed) => setTexts({ ...texts, copies: typed })}
        wrong={copies === undefined ? t('rule.wrongNumber') : undefined}
      />
    </Dialog>
  )
}
