/** Whether a connection that begins with this byte sends frames: commands begin with none that frames do. */
export function isFrame(firstByte: number): boolean {
  return firstByte <= 0x01;
}
