// A link of Shoal as a QR code: in capitals, which are as good for it and make the code smaller.

import type { ReactNode } from 'react'
import { QrCode } from '../../ui/qr-code.tsx'

export function LinkQr({ link, label }: { readonly link: string; readonly label: string }): ReactNode {
  return <QrCode text={link.toUpperCase()} label={label} />
}
