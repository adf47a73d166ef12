/** Fills of a motif, and a source of random numbers from 0 to 1 for its variations. */
interface Brush {
  main: string;
  second: string;
  accent: string;
  random: () => number;
}

/** Names of the motifs. */
export type Motif = keyof typeof motifs;

const between = (random: () => number, low: number, high: number) => Math.round(low + (high - low) * random());
const times = (count: number, draw: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');

/** SVG drawings with 512 × 512 user units. */
export const motifs = {
  dress: ({ main, second, accent, random }: Brush) => {
    const hem = between(random, 110, 170);
    const waist = between(random, 38, 50);
    const shape = `M${256 - 46} 92 Q256 128 ${256 + 46} 92 L${256 + 66} 120 Q${256 + 44} 170 ${256 + waist} 214
      Q${256 + hem * 0.7} 330 ${256 + hem} 440 Q256 ${between(random, 456, 482)} ${256 - hem} 440 Q${256 - hem * 0.7} 330 ${256 - waist} 214
      Q${256 - 44} 170 ${256 - 66} 120 Z`;
    const flower = () => {
      const [x, y, r] = [between(random, 110, 402), between(random, 120, 460), between(random, 5, 11)];
      const petals = times(5, (index) => {
        const angle = (index / 5) * 2 * Math.PI;
        return `<circle cx="${x + r * Math.cos(angle)}" cy="${y + r * Math.sin(angle)}" r="${r * 0.72}" fill="${accent}"/>`;
      });
      return `${petals}<circle cx="${x}" cy="${y}" r="${r * 0.5}" fill="#fff6d6"/>`;
    };
    return `<ellipse cx="256" cy="474" rx="${hem + 20}" ry="16" fill="#000" opacity=".12"/>
      <clipPath id="cut"><path d="${shape}"/></clipPath><path d="${shape}" fill="${main}"/>
      <g clip-path="url(#cut)">${times(42, flower)}<path d="M256 214 Q${236} 330 ${256 - hem * 0.4} 470 M256 214 Q276 330 ${256 + hem * 0.4} 470" stroke="#000" stroke-opacity=".12" stroke-width="6" fill="none"/></g>
      <path d="M${256 - waist} 214 Q256 228 ${256 + waist} 214 L${256 + waist} 226 Q256 242 ${256 - waist} 226Z" fill="${second}" stroke="#fff" stroke-opacity=".4"/>`;
  },

  vase: ({ main, second, accent, random }: Brush) => {
    const [belly, neck, mouth, top] = [
      between(random, 90, 140),
      between(random, 30, 50),
      between(random, 44, 70),
      between(random, 110, 160),
    ];
    const shape = `M${256 - mouth} ${top} Q${256 - neck} ${top + 30} ${256 - neck} ${top + 60} Q${256 - belly - 20} 250 ${256 - belly} 340
      Q${256 - belly + 20} 430 ${256 - 60} 440 L${256 + 60} 440 Q${256 + belly - 20} 430 ${256 + belly} 340 Q${256 + belly + 20} 250 ${256 + neck} ${top + 60}
      Q${256 + neck} ${top + 30} ${256 + mouth} ${top} Z`;
    const first = between(random, 240, 280);
    const bands = times(between(random, 2, 4), (index) => {
      const y = first + index * 44;
      return `<path d="M80 ${y} Q256 ${y + 34} 432 ${y}" stroke="${index % 2 ? second : accent}" stroke-width="${between(random, 6, 16)}" fill="none"/>`;
    });
    return `<rect y="418" width="512" height="94" fill="#000" opacity=".08"/><ellipse cx="256" cy="442" rx="${belly}" ry="16" fill="#000" opacity=".2"/>
      <clipPath id="cut"><path d="${shape}"/></clipPath><path d="${shape}" fill="${main}"/>
      <g clip-path="url(#cut)">${bands}<ellipse cx="${256 - belly * 0.45}" cy="310" rx="18" ry="96" fill="#fff" opacity=".35"/><rect x="${256 + belly * 0.45}" width="200" height="512" fill="#000" opacity=".1"/></g>
      <ellipse cx="256" cy="${top}" rx="${mouth}" ry="10" fill="${second}"/>`;
  },

  sneaker: ({ main, second, accent, random }: Brush) => {
    const tilt = between(random, -14, 4);
    const lift = between(random, -24, 24);
    const streaks = times(9, () => {
      const y = between(random, 60, 460);
      return `<path d="M${between(random, -60, 240)} ${y} h${between(random, 80, 260)}" stroke="${accent}" stroke-opacity="${random() * 0.5}" stroke-width="${between(random, 2, 7)}" stroke-linecap="round"/>`;
    });
    const laces = times(
      4,
      (index) =>
        `<path d="M${226 + index * 27} ${236 + index * 15} l34 -20" stroke="#fff" stroke-width="7" stroke-linecap="round"/>`,
    );
    return `${streaks}<g transform="rotate(${tilt} 256 280) translate(0 ${lift})"><ellipse cx="256" cy="392" rx="200" ry="18" fill="#000" opacity=".35"/>
      <path d="M74 196 Q110 214 150 190 Q190 168 214 196 Q262 258 352 276 Q438 290 446 344 L74 344 Q58 270 74 196Z" fill="${main}"/>
      <path d="M62 336 H450 Q462 372 430 380 H84 Q60 374 62 336Z" fill="#fff"/><path d="M64 356 H456 Q456 372 430 380 H84 Q66 376 64 356Z" fill="${second}"/>
      <path d="M100 320 Q200 330 306 268" stroke="${accent}" stroke-width="20" stroke-linecap="round" fill="none"/>
      <path d="M74 196 Q110 214 150 190 L152 224 Q110 244 70 228Z" fill="${second}"/>${laces}</g>`;
  },

  leaf: ({ main, second, accent, random }: Brush) => {
    const stem = (at: number) => {
      const [sway, top] = [between(random, -70, 70), between(random, 70, 150)];
      const pairs = between(random, 4, 6);
      const leaves = times(pairs * 2, (index) => {
        const share = (Math.floor(index / 2) + 1) / (pairs + 1);
        const [x, y] = [at + sway * share * share, 490 - (490 - top) * share];
        const size = between(random, 46, 74) * (1.15 - share * 0.6);
        const turn = (index % 2 ? 1 : -1) * between(random, 44, 66);
        return `<path transform="translate(${x} ${y}) rotate(${turn})" d="M0 0 Q${size * 0.42} ${-size * 0.6} 0 ${-size * 1.5} Q${-size * 0.42} ${-size * 0.6} 0 0Z" fill="${index % 3 ? main : second}"/>`;
      });
      return `<path d="M${at} 500 Q${at} 300 ${at + sway} ${top}" stroke="${second}" stroke-width="5" fill="none"/>${leaves}
        <circle cx="${at + sway}" cy="${top}" r="${between(random, 9, 17)}" fill="${accent}"/>`;
    };
    return times(between(random, 2, 3), (index) => stem(140 + index * 115 + between(random, -20, 20)));
  },

  poster: ({ main, second, accent, random }: Brush) => {
    const [x, y, r] = [between(random, 170, 342), between(random, 150, 230), between(random, 60, 92)];
    const count = between(random, 10, 16);
    const rays = times(count, (index) => {
      const [a, b] = [(index / count) * 2 * Math.PI, ((index + 0.5) / count) * 2 * Math.PI];
      return `<path d="M${x} ${y} L${x + 700 * Math.cos(a)} ${y + 700 * Math.sin(a)} L${x + 700 * Math.cos(b)} ${y + 700 * Math.sin(b)}Z" fill="${accent}" opacity=".28"/>`;
    });
    const hill = (top: number, fill: string) =>
      `<path d="M0 ${top} Q${between(random, 60, 200)} ${top - between(random, 30, 90)} 256 ${top} T512 ${top - between(random, -30, 40)} V512 H0Z" fill="${fill}"/>`;
    return `${rays}<circle cx="${x}" cy="${y}" r="${r}" fill="${accent}"/>${hill(330, second)}${hill(390, main)}
      <path d="M0 456 H512 M0 476 H512 M0 496 H512" stroke="#fff" stroke-opacity=".35" stroke-width="4"/>
      <rect x="12" y="12" width="488" height="488" fill="none" stroke="#fff7e6" stroke-width="14"/>`;
  },
};
