// What the menu of a row, of many chosen rows, and of the details holds. Each entry acts on all that are given.

import type { ReactNode } from 'react'
import { SubmenuTrigger } from 'react-aria-components'
import type { TransferRow } from '../../../../src/api/schemas/transfer.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { canOpen } from '../../dialogs/table.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { rows } from '../../store/connection.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Menu, MenuAction, MenuLine } from '../../ui/menu.tsx'
import * as act from './actions.ts'

interface Props {
  readonly ids: readonly string[]
  /** Absent where the details are open already. */
  readonly onDetails?: (id: string) => void
}

export function RowActions({ ids, onDetails }: Props): ReactNode {
  const chosen = ids.map((id) => rows.get(id)).filter((row) => row !== undefined)
  const [first] = chosen
  if (first === undefined) return null
  const one = chosen.length === 1
  const resting = chosen.every(act.rests)
  const sequential = chosen.every((row) => row.sequential)
  return (
    <>
      <MenuAction icon={resting ? 'resume' : 'pause'} keys="p" onAction={() => void act.pauseOrResume(ids)}>
        {resting ? t('do.resume') : t('do.pause')}
      </MenuAction>
      {one && onDetails !== undefined && (
        <MenuAction icon="info" keys="Enter" onAction={() => onDetails(first.id)}>
          {t('do.details')}
        </MenuAction>
      )}
      {one && (
        <MenuAction icon="link" onAction={() => void act.copyLink(first.id)}>
          {t('do.copyLink')}
        </MenuAction>
      )}
      {one && (
        <MenuAction icon="folder" onAction={() => void act.copyText(first.path, t('transfers.pathCopied'))}>
          {t('do.copyPath')}
        </MenuAction>
      )}
      {chosen.every(({ role }) => role === 'share') && (
        <MenuAction icon="stop" onAction={() => void stopSharing(chosen)}>
          {t('do.stopSharing')}
        </MenuAction>
      )}
      <MenuLine />
      {canOpen('folder') && (
        <MenuAction icon="move" onAction={() => void move(chosen)}>
          {t('do.move')}
        </MenuAction>
      )}
      <MenuAction icon="tag" onAction={() => void openDialog('labels', { ids })}>
        {t('do.labels')}
      </MenuAction>
      <MenuAction icon="down" onAction={() => void openDialog('limits', { ids })}>
        {t('do.limits')}
      </MenuAction>
      <MenuAction icon="people" onAction={() => void openDialog('stopRule', { ids })}>
        {t('do.stopRule')}
      </MenuAction>
      <MenuAction icon="network" onAction={() => void openDialog('trackers', { ids })}>
        {t('do.trackers')}
      </MenuAction>
      {one && (
        <MenuAction icon="file" onAction={() => void openDialog('rename', { id: first.id })}>
          {t('do.rename')}
        </MenuAction>
      )}
      <SubmenuTrigger>
        <MenuAction icon="more">{t('do.more')}</MenuAction>
        <Menu aria-label={t('do.more')}>
          <MenuAction icon="check" onAction={() => void act.recheck(ids)}>
            {t('do.recheck')}
          </MenuAction>
          {chosen.some(({ check }) => check !== null) && (
            <MenuAction icon="check" onAction={() => void act.scanAgain(ids)}>
              {t('files.scan')}
            </MenuAction>
          )}
          <MenuAction icon="reload" onAction={() => void act.announceNow(ids)}>
            {t('do.announce')}
          </MenuAction>
          <MenuAction
            icon="rows"
            onAction={() =>
              void act.change(
                ids,
                { sequential: !sequential },
                (name) => t('transfers.ordered', name, !sequential),
                (row) => ({ sequential: row.sequential }),
              )
            }
          >
            {sequential ? t('do.rarest') : t('do.sequential')}
          </MenuAction>
          {chosen.some(({ state, forced }) => state === 'queued' || forced) && <Forced chosen={chosen} />}
          {(['top', 'up', 'down', 'bottom'] as const).map((queue) => (
            <MenuAction
              key={queue}
              onAction={() =>
                void act.change(ids, { queue }, (name) => t('transfers.queued', name), undefined)
              }
            >
              {t(`do.queue.${queue}`)}
            </MenuAction>
          ))}
        </Menu>
      </SubmenuTrigger>
      <MenuLine />
      <MenuAction icon="remove" keys="Del" onAction={() => void act.remove(ids)}>
        {t('do.remove')}
      </MenuAction>
      {chosen.some(({ role }) => role === 'get') && (
        <MenuAction icon="remove" danger onAction={() => void openDialog('removeData', { ids })}>
          {t('do.removeData')}
        </MenuAction>
      )}
    </>
  )
}

function Forced({ chosen }: { readonly chosen: readonly TransferRow[] }): ReactNode {
  const forced = chosen.every((row) => row.forced)
  return (
    <MenuAction
      icon="resume"
      onAction={() =>
        void act.change(
          chosen.map(({ id }) => id),
          { forced: !forced },
          (name) => t('transfers.forced', name, !forced),
          (row) => ({ forced: row.forced }),
        )
      }
    >
      {forced ? t('do.unforce') : t('do.force')}
    </MenuAction>
  )
}

async function move(chosen: readonly TransferRow[]): Promise<void> {
  const ids = chosen.map(({ id }) => id)
  const [first] = chosen
  const folder = await openDialog('folder', {
    title: t('move.title', act.nameOf(ids)),
    choose: t('move.here'),
    ...(first === undefined ? {} : { start: first.saveFolder }),
  })
  if (folder !== undefined) await act.moveTo(ids, folder)
}

async function stopSharing(chosen: readonly TransferRow[]): Promise<void> {
  const answer = await attempt(() => call('stopShares', { ids: chosen.map(({ id }) => id) }))
  const first = answer?.stopped[0]
  if (answer !== undefined && first !== undefined) {
    toast(t('toast.stopped', answer.stopped.length, visible(first.name)))
  }
}
