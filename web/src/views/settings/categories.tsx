// Categories with their folders.

import { type ReactNode, useCallback, useState } from 'react'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'

export function Categories(): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => call('categories', {}), []))
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState<unknown>()
  const change = async (named: string, saveFolder: string | null): Promise<void> => {
    if ((await attempt(() => call('setCategory', { name: named, saveFolder }))) !== undefined) again()
  }
  const choose = async (named: string, start: string | null): Promise<void> => {
    const folder = await openDialog('folder', {
      title: t('categories.chooseTitle', named),
      choose: t('settings.chooseThis'),
      ...(start === null ? {} : { start }),
    })
    if (folder !== undefined) await change(named, folder)
  }
  const remove = async (named: string, saveFolder: string | null): Promise<void> => {
    if ((await attempt(() => call('removeCategory', { name: named }))) === undefined) return
    toast(t('categories.removed', named), { undo: () => change(named, saveFolder) })
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
            </span>
            <Button
              aria-label={t('categories.chooseOf', category.name)}
              onPress={() => void choose(category.name, category.saveFolder)}
            >
              {t('categories.choose')}
            </Button>
            <Button
              aria-label={t('categories.removeOf', category.name)}
              onPress={() => void remove(category.name, category.saveFolder)}
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
