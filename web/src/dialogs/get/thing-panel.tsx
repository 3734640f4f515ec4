// One thing as it is looked at before it is got: name, size, files, whom it would contact, and what stands in the way.

import { type ReactNode, useCallback } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import { go } from '../../app/router.ts'
import { FileChoice } from '../../files/file-choice.tsx'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { TickBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { chosenOf, filesOf, readinessOf, type Thing } from './thing.ts'
import { whereLooked } from './where-looked.ts'

interface Props {
  readonly thing: Thing
  readonly onChange: (change: Partial<Thing>) => void
  readonly onAskList: () => void
  readonly close: () => void
}

export function ThingPanel({ thing, onChange, onAskList, close }: Props): ReactNode {
  const { inspection, error, asking } = thing
  const name = nameOf(thing)
  const files = filesOf(thing)
  return (
    <section className="get-thing">
      <h3 className="get-name">{name === undefined ? t('get.unnamed') : <ForeignText text={name} />}</h3>
      {error !== undefined && <ErrorSentence error={error} />}
      {error === undefined && inspection === undefined && <p role="status">{t('get.looking')}</p>}
      {inspection !== undefined && (
        <p className="soft">
          {inspection.totalBytes === null ? t('get.sizeUnknown') : formatSize(inspection.totalBytes)}
          {inspection.private && ` ${t('get.private')}`}
        </p>
      )}
      {inspection?.hereBytes !== undefined &&
        inspection.hereBytes > 0 &&
        inspection.totalBytes !== null &&
        !inspection.here && (
          <p className="get-in-library">
            {t(
              'get.inLibrary',
              formatSize(inspection.hereBytes),
              formatSize(inspection.totalBytes),
              formatSize(Math.max(0, inspection.totalBytes - inspection.hereBytes)),
            )}
          </p>
        )}
      {readinessOf(thing) === 'here' && inspection !== undefined && (
        <p className="get-here">
          {t('get.here')}{' '}
          <Button
            onPress={() => {
              close()
              go({ view: 'transfers', query: { open: inspection.id } })
            }}
          >
            {t('get.show')}
          </Button>
        </p>
      )}
      {files !== undefined && (
        <FileChoice files={files} chosen={chosenOf(thing)} onChange={(chosen) => onChange({ chosen })} />
      )}
      {readinessOf(thing) === 'blind' && (
        <div className="get-asking">
          {asking === undefined ? (
            <Button onPress={onAskList}>{t('get.askList')}</Button>
          ) : (
            <p role="status">
              {t('get.askingList')} <span className="soft">{t('get.askingListHelp')}</span>
            </p>
          )}
        </div>
      )}
      {inspection !== undefined &&
        readinessOf(thing) !== 'here' &&
        asking === undefined &&
        (inspection.hosts.length === 0 ? (
          <NoHosts isPrivate={inspection.private} />
        ) : (
          <Hosts thing={thing} hosts={inspection.hosts} onChange={onChange} />
        ))}
    </section>
  )
}

export function nameOf({ inspection, hint }: Thing): string | undefined {
  const name = inspection?.name ?? ''
  return name === '' ? hint : name
}

function NoHosts({ isPrivate }: { readonly isPrivate: boolean }): ReactNode {
  const { value } = useLoaded(
    useCallback(async () => {
      const [{ settings }, { wayOut }] = await Promise.all([call('settings', {}), call('network', {})])
      return whereLooked(isPrivate, settings, wayOut)
    }, [isPrivate]),
  )
  return value === undefined ? null : <p className="soft">{t(`get.hosts.none.${value}`)}</p>
}

/** More are told by their number only: a link with a thousand trackers is no reason for a thousand ticks. */
const MOST_OPEN = 4

function Hosts({
  thing: { exceptHosts },
  hosts,
  onChange,
}: {
  readonly thing: Thing
  readonly hosts: readonly string[]
  readonly onChange: (change: Partial<Thing>) => void
}): ReactNode {
  return (
    <details className="get-hosts" open={hosts.length <= MOST_OPEN}>
      <summary>{t('get.hosts', hosts.length)}</summary>
      <p className="soft">{t('get.hosts.means')}</p>
      <div className="get-host-list">
        {hosts.map((host) => (
          <TickBox
            key={host}
            on={!exceptHosts.has(host)}
            onChange={(on) => {
              const next = new Set(exceptHosts)
              if (on) next.delete(host)
              else next.add(host)
              onChange({ exceptHosts: next })
            }}
          >
            <ForeignText text={host} />
          </TickBox>
        ))}
      </div>
    </details>
  )
}
