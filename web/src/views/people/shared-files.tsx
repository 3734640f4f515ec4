// What members share with their circle: all of it, or one member's folders; each content can be got from whoever has it.

import { type ReactNode, useCallback, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { CircleDetails, OthersEntry } from '../../../../src/api/schemas/circles.ts'
import type { PeopleChange } from '../../../../src/api/schemas/events.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { usePeopleChanges } from '../../store/use-people-changes.ts'
import { t } from '../../text/t.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { factsLine } from '../entries/entry-facts.ts'
import { getFolder, getFrom } from './get-shared.ts'
import { calledName, type Known } from './names.ts'

const PAGE_FILES = 100
const ALL = 'all'

interface Props {
  readonly circle: CircleDetails
  readonly known: Known
  readonly person: string | undefined
  readonly onPerson: (person: string | undefined) => void
}

export function SharedFiles({ circle, known, person, onPerson }: Props): ReactNode {
  const { id, people } = circle
  const [path, setPath] = useState('')
  const load = useCallback(
    (offset: number) =>
      call('circleFiles', {
        id,
        offset,
        limit: PAGE_FILES,
        ...(person === undefined ? {} : { person, path }),
      }),
    [id, person, path],
  )
  return (
    <div className="shared-files">
      <Field label={t('members.memberFiles')}>
        {(wiring) => (
          <SelectBox
            wiring={wiring}
            value={person ?? ALL}
            options={[
              { value: ALL, name: t('members.allMembers') },
              ...people
                .filter(({ role, files, person: of }) => role !== 'keeper' && (files > 0 || of === person))
                .map(({ person: of, name }) => ({ value: of, name: visible(calledName(known, of, name)) })),
            ]}
            onChange={(next) => {
              setPath('')
              onPerson(next === ALL ? undefined : next)
            }}
          />
        )}
      </Field>
      <OfferedFiles
        key={`${person} ${path}`}
        load={load}
        path={path}
        onPath={setPath}
        from={`circle:${id}`}
        nothing={t('members.noFiles')}
        {...(person === undefined
          ? {}
          : { onGetFolder: (folder: string) => void getFolder(id, person, folder) })}
      />
    </div>
  )
}

interface OfferedProps {
  /** Keep it the same as long as it asks the same. */
  readonly load: (offset: number) => Promise<{
    readonly folders: readonly {
      readonly name: string
      readonly files: number
      readonly totalBytes: number
    }[]
    readonly files: readonly OthersEntry[]
    readonly total: number
  }>
  readonly path: string
  readonly onPath: (path: string) => void
  /** Whom it is got from: `circle:…` or `device:…`. */
  readonly from: string
  readonly nothing: string
  /** Everything below it; absent where folders are not known to be whole. */
  readonly onGetFolder?: (path: string) => void
}

type Page = Awaited<ReturnType<OfferedProps['load']>>

/** What others offer comes, goes and is got while one looks. */
const isOfOffers = ({ kind }: PeopleChange): boolean => kind === 'circle' || kind === 'nearby'

/** Folders and files that others offer. Drawn anew (key) for another place. */
export function OfferedFiles({ load, path, onPath, from, nothing, onGetFolder }: OfferedProps): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => load(0), [load]))
  const [more, setMore] = useState<readonly Page[]>([])
  // Further pages belong to the first one as it was: they are not taken away from who reads them.
  const looked = more.length > 0
  usePeopleChanges(
    isOfOffers,
    useCallback(() => {
      if (!looked) again()
    }, [looked, again]),
  )
  if (value === undefined)
    return error === undefined ? <p role="status">{t('people.loading')}</p> : <ErrorSentence error={error} />
  const pages = [value, ...more]
  const folders = pages.flatMap((page) => page.folders)
  const files = pages.flatMap((page) => page.files)
  const shown = folders.length + files.length
  const next = async (): Promise<void> => {
    const page = await attempt(() => load(shown))
    if (page !== undefined) setMore([...more, page])
  }
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`)
  return (
    <>
      {path !== '' && (
        <div>
          <Button
            icon="chevronUp"
            look="quiet"
            onPress={() => onPath(path.split('/').slice(0, -1).join('/'))}
          >
            {t('members.filesUp')}
          </Button>
        </div>
      )}
      {shown === 0 && <p className="soft">{nothing}</p>}
      <ul className="offered-files">
        {folders.map(({ name, files: count, totalBytes }) => (
          <li key={`folder ${name}`} className="offered-row">
            <button type="button" className="offered-folder" onClick={() => onPath(below(name))}>
              <strong>
                <ForeignText text={name} />
              </strong>
              <span className="soft">{t('members.shares', count, formatSize(totalBytes))}</span>
            </button>
            {onGetFolder !== undefined && (
              <IconButton
                icon="get"
                look="plain"
                label={t('members.getFolder', visible(name))}
                onPress={() => onGetFolder(below(name))}
              />
            )}
          </li>
        ))}
        {files.map((entry) => (
          <li key={`${entry.content} ${entry.name}`} className="offered-file">
            <div className="offered-file-text">
              <p className="offered-file-name">
                <ForeignText text={entry.name} />
              </p>
              <p className="soft">
                <ForeignText text={factsLine(entry)} /> · {formatSize(entry.lengthBytes)}
              </p>
            </div>
            {entry.here ? (
              <span className="soft">{t('members.here')}</span>
            ) : (
              <IconButton
                icon="get"
                look="plain"
                label={t('members.getFile', visible(entry.name))}
                onPress={() => void getFrom(from, entry)}
              />
            )}
          </li>
        ))}
      </ul>
      {shown < value.total && (
        <div>
          <Button onPress={() => void next()}>{t('members.more')}</Button>
        </div>
      )}
    </>
  )
}
