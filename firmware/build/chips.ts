/** A chip that the firmware runs on. */
export interface Chip {
  readonly name: string;
  /** As ESP Web Tools spells it. */
  readonly family: string;
  /** Rust's name of the processor. */
  readonly target: string;
  /** Chip id in the header of an image. */
  readonly id: number;
  /** Flash address of the bootloader. */
  readonly bootloader: number;
}

/** Multiply and compressed instructions, without atomics. */
const IMC = "riscv32imc-unknown-none-elf";
/** The same with atomics. */
const IMAC = "riscv32imac-unknown-none-elf";

/** Ids and bootloader addresses as in Espressif's esptool. */
export const CHIPS: readonly Chip[] = [
  { name: "esp32c3", family: "ESP32-C3", target: IMC, id: 5, bootloader: 0 },
  { name: "esp32c6", family: "ESP32-C6", target: IMAC, id: 13, bootloader: 0 },
  { name: "esp32c5", family: "ESP32-C5", target: IMAC, id: 23, bootloader: 0x2000 },
  { name: "esp32c61", family: "ESP32-C61", target: IMAC, id: 20, bootloader: 0 },
];

/** The chip of this name; an error that lists the names otherwise. */
export function chipNamed(name: string): Chip {
  const chip = CHIPS.find((candidate) => candidate.name === name);
  if (chip === undefined) {
    throw new Error(`no chip ${name}; there are ${CHIPS.map((known) => known.name).join(", ")}`);
  }
  return chip;
}
