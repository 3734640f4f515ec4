// The category and the tags of chosen transfers. A tag that only some have stays as it is until it is touched.

import { type ReactNode, useEffect, useState } from 'react'
import type { OutputOf } from '../../../../../src/api/routes.ts'
import { visible } from '../../../../../src/api/unseen-characters.ts'
import type { DialogProps } from '../../../app/dialogs.ts'
import { call } from '../../../store/api.ts'
import { attempt } from '../../../store/attempt.ts'
import { t } from '../../../text/t.ts'
import { Button } from '../../../ui/button.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { Field, SelectBox, TickBox } from '../../../ui/field.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { TextField } from '../../../ui/text-field.tsx'
import { change } from '../actions.ts'
import { common, Preview, rowsOf } from './preview.tsx'

/** No category can be called that: labels hold no comma. */
const AS_IT_IS = ',as-it-is'
const NO_CATEGORY = ',none'

export function Labels({ ids, close }: DialogProps<'labels'>): ReactNode {
  const [known, setKnown] = useState<OutputOf<'categories'> | undefined>()
  const [chosen] = useState(() => rowsOf(ids))
  const before = common(chosen, (row) => row.category)
  const [category, setCategory] = useState(before === undefined ? AS_IT_IS : (before ?? NO_CATEGORY))
  const [added, setAdded] = useState('')
  const [touched, setTouched] = useState<ReadonlyMap<string, boolean>>(new Map())
  useEffect(() => {
    void attempt(() => call('categories', {})).then(setKnown)
  }, [])
  const names = (known?.categories ?? []).map(({ name }) => name)
  const tags = [...new Set([...(known?.tags ?? []), ...chosen.flatMap((row) => row.tags)])].sort()
  const fresh = added
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  const save = () => {
    const addTags = [...tags.filter((tag) => touched.get(tag) === true), ...fresh]
    const removeTags = tags.filter((tag) => touched.get(tag) === false)
    const involved = new Set([...addTags, ...removeTags])
    close()
    void change(
      ids,
      {
        ...(category === AS_IT_IS ? {} : { category: category === NO_CATEGORY ? null : category }),
        ...(addTags.length === 0 ? {} : { addTags }),
        ...(removeTags.length === 0 ? {} : { removeTags }),
      },
      (name) => t('transfers.labelled', name),
      (row) => {
        const had = row.tags.filter((tag) => involved.has(tag))
        return {
          category: row.category,
          addTags: had,
          removeTags: [...involved].filter((tag) => !had.includes(tag)),
        }
      },
    )
  }
  return (
    <Dialog
      title={t('labels.title')}
      close={close}
      size="small"
      actions={
        <>
          <Button onPress={() => close()}>{t('action.cancel')}</Button>
          <Button look="primary" onPress={save}>
            {t('labels.set')}
          </Button>
        </>
      }
    >
      <Preview chosen={chosen} />
      <Field label={t('labels.category')}>
        {(wiring) => (
          <SelectBox
            wiring={wiring}
            value={category}
            onChange={setCategory}
            options={[
              ...(before === undefined ? [{ value: AS_IT_IS, name: t('change.differs') }] : []),
              { value: NO_CATEGORY, name: t('facet.none.category') },
              ...[...new Set([...names, ...(before ? [before] : [])])].map((name) => ({
                value: name,
                name: visible(name),
              })),
            ]}
          />
        )}
      </Field>
      {tags.length > 0 && (
        <fieldset className="tag-choice">
          <legend>{t('labels.tags')}</legend>
          {tags.map((tag) => {
            const have = chosen.filter((row) => row.tags.includes(tag)).length
            const on = touched.get(tag) ?? have === chosen.length
            return (
              <TickBox
                key={tag}
                on={on}
                mixed={!touched.has(tag) && have > 0 && have < chosen.length}
                onChange={(wanted) => setTouched(new Map(touched).set(tag, wanted))}
              >
                <ForeignText text={tag} />
              </TickBox>
            )
          })}
        </fieldset>
      )}
      <TextField
        label={t('labels.newTags')}
        hint={t('labels.newTagsHint')}
        value={added}
        onChange={setAdded}
      />
    </Dialog>
  )
}
