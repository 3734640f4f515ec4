// Adding a folder to the library: chosen on the daemon's computer, found and searched at once, offered to nobody.

import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'

export async function addFolder(then: () => void): Promise<void> {
  const path = await openDialog('folder', { title: t('folders.addTitle'), choose: t('folders.addThis') })
  if (path === undefined) return
  const folder = await attempt(() => call('addLibraryFolder', { path }))
  if (folder === undefined) return
  toast(t('folders.added', visible(folder.name)))
  then()
}
