// Categories with their folders.

import { type ReactNode, useCallback, useState } from 'react'
import type { Category } from '../../../../src/api/schemas/machine.ts'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, TickBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'

export function Categories(): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => call('categories', {}), []))
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState<unknown>()
  const put = async (category: Category): Promise<void> => {
    if ((await attempt(() => call('setCategory', category))) !== undefined) again()
  }
  const choose = async (category: Category): Promise<void> => {
    const { name: named, saveFolder: start } = category
    const folder = await openDialog('folder', {
      title: t('categories.chooseTitle', named),
      choose: t('settings.chooseThis'),
      ...(start === null ? {} : { start }),
    })
    if (folder !== undefined) await put({ ...category, saveFolder: folder })
  }
  const remove = async (category: Category): Promise<void> => {
    const { name: named } = category
    if ((await attempt(() => call('removeCategory', { name: named }))) === undefined) return
    toast(t('categories.removed', named), { undo: () => put(category) })
    again()
  }
  const add = async (): Promise<void> => {
    if (name.trim() === '') return
    try {
      await call('setCategory', { name: name.trim(), saveFolder: null })
      setName('')
      setWrong(undefined)
      again()
    } catch (failed) {
      setWrong(failed)
    }
  }
  return (
    <Section title={t('categories.title')}>
      <p className="soft">{t('categories.means')}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {value?.categories.length === 0 && <p className="soft">{t('categories.none')}</p>}
      <ul className="settings-list">
        {value?.categories.map((category) => (
          <li key={category.name} className="settings-list-row">
            <span className="settings-list-text">
              <strong>
                <ForeignText text={category.name} />
              </strong>{' '}
              <span className="soft">
                <ForeignText text={category.saveFolder ?? t('categories.usual')} />
              </span>
              <TickBox
                on={category.checks === 'mark'}
                onChange={(on) => void put({ ...category, checks: on ? 'mark' : 'lock' })}
              >
                {t('categories.markOnly')}
              </TickBox>
            </span>
            <Button
              aria-label={t('categories.chooseOf', category.name)}
              onPress={() => void choose(category)}
            >
              {t('categories.choose')}
            </Button>
            <Button
              aria-label={t('categories.removeOf', category.name)}
              onPress={() => void remove(category)}
            >
              {t('categories.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <Field label={t('categories.new')}>
        {(wiring) => (
          <div className="field-row">
            <input
              {...wiring}
              className="input input-short"
              maxLength={100}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') void add()
              }}
            />
            <Button isDisabled={name.trim() === ''} onPress={() => void add()}>
              {t('categories.add')}
            </Button>
          </div>
        )}
      </Field>
      {wrong !== undefined && <ErrorSentence error={wrong} />}
    </Section>
  )
}
