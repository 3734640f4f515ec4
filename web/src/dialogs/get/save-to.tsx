// Where it is saved: a category with the folder last used for it, any other folder, and what is free there.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { Preference } from '../../store/preference.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'

export interface Place {
  readonly saveFolder: string
  /** Empty: none. */
  readonly category: string
}

type Folders = Readonly<Record<string, string>>

/** By category, none included. */
const lastFolders = new Preference<Folders>('lastFolders', {}, (stored) =>
  typeof stored === 'object' && stored !== null && Object.values(stored).every((to) => typeof to === 'string')
    ? (stored as Folders)
    : undefined,
)

export function rememberPlace({ saveFolder, category }: Place): void {
  lastFolders.set({ ...lastFolders.value, [category]: saveFolder })
}

interface Props {
  readonly place: Place
  readonly onChange: (place: Place) => void
  /** Where the daemon would save. */
  readonly usual: string | undefined
  /** Undefined while it is not known. */
  readonly neededBytes: number | undefined
}

export function SaveTo({ place, onChange, usual, neededBytes }: Props): ReactNode {
  const { value: known } = useLoaded(useCallback(() => call('categories', {}), []))
  const categories = known?.categories ?? []
  const folderFor = (category: string): string =>
    lastFolders.value[category] ??
    categories.find(({ name }) => name === category)?.saveFolder ??
    usual ??
    place.saveFolder
  // As soon as it is known where things usually go, unless the person was quicker.
  useEffect(() => {
    if (place.saveFolder === '' && usual !== undefined) {
      onChange({ ...place, saveFolder: lastFolders.value[place.category] ?? usual })
    }
  }, [place, usual, onChange])
  const choose = async (): Promise<void> => {
    const saveFolder = await openDialog('folder', {
      title: t('get.chooseTitle'),
      choose: t('get.chooseThis'),
      ...(place.saveFolder === '' ? {} : { start: place.saveFolder }),
    })
    if (saveFolder !== undefined) onChange({ ...place, saveFolder })
  }
  return (
    <div className="get-place">
      <Field label={t('get.saveTo')} hint={<Free folder={place.saveFolder} neededBytes={neededBytes} />}>
        {(wiring) => (
          <div className="field-row">
            <input
              {...wiring}
              className="input"
              type="text"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={place.saveFolder}
              onChange={({ currentTarget }) => onChange({ ...place, saveFolder: currentTarget.value })}
            />
            <Button icon="folder" onPress={() => void choose()}>
              {t('get.choose')}
            </Button>
          </div>
        )}
      </Field>
      {categories.length > 0 && (
        <Field label={t('get.category')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={place.category}
              options={[
                { value: '', name: t('get.noCategory') },
                ...categories.map(({ name }) => ({ value: name, name })),
              ]}
              onChange={(category) => onChange({ category, saveFolder: folderFor(category) })}
            />
          )}
        </Field>
      )}
    </div>
  )
}

/** A folder that does not exist yet has no free space to tell, and is made. */
function Free({
  folder,
  neededBytes,
}: {
  readonly folder: string
  readonly neededBytes: number | undefined
}): ReactNode {
  const [freeBytes, setFreeBytes] = useState<number | null>(null)
  useEffect(() => {
    let current = true
    setFreeBytes(null)
    if (folder === '') return
    call('folder', { path: folder }).then(
      (answer) => current && setFreeBytes(answer.freeBytes),
      () => undefined,
    )
    return () => {
      current = false
    }
  }, [folder])
  if (freeBytes === null) return null
  const free = formatSize(freeBytes)
  if (neededBytes === undefined) return t('get.freeUnknownSize', free)
  if (neededBytes > freeBytes) {
    return <span className="get-short">{t('get.notEnough', formatSize(neededBytes - freeBytes))}</span>
  }
  return t('get.free', free, formatSize(freeBytes - neededBytes))
}
