import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import type { Cell } from './document.ts';
import { heading, paragraphs, seeded, table, vietnameseNumber } from './document.ts';
import { VILLAGES } from './report.ts';

type Random = (from: number, to: number) => number;

const LAND = [
  'Đất chuyên trồng lúa',
  'Đất trồng lúa còn lại',
  'Đất trồng cây hằng năm khác',
  'Đất trồng cây lâu năm',
  'Đất rừng phòng hộ',
  'Đất rừng sản xuất',
  'Đất nuôi trồng thủy sản',
  'Đất ở tại nông thôn',
  'Đất xây dựng trụ sở cơ quan',
  'Đất cơ sở giáo dục',
  'Đất giao thông',
  'Đất thủy lợi',
  'Đất nghĩa trang',
  'Đất sông, suối',
  'Đất chưa sử dụng',
];
const KINDS = ['LUC', 'LUK', 'HNK', 'CLN', 'RPH', 'RSX', 'NTS', 'ONT', 'DGT', 'DTL'];
const PLACES = [
  'Nà Mẫu',
  'Huổi Thử',
  'Pú Ví',
  'Nà Lụ',
  'Co Phác',
  'Huổi Nháp',
  'Pá Dụ',
  'Nà Thí',
  'Bó Họa',
  'Phiêng Giả',
];
const CHANGES = [
  'giữ nguyên hiện trạng',
  'chuyển sang đất ở',
  'chuyển sang đất giao thông',
  'chuyển sang cây lâu năm',
  'trồng rừng sản xuất',
  'xây dựng thủy lợi nhỏ',
  'mở rộng nhà văn hóa',
  'bố trí bãi tập kết rác',
];
const pick = <T>(list: readonly T[], random: Random): T => list[random(0, list.length - 1)] as T;

/** Paper 5: land-use plan with a section for each village: over a hundred pages, no two alike. */
export function landPlan(): Html {
  const random = seeded(20_26_11);
  return html`${heading('TM-UBND', 'THUYẾT MINH', 'Phương án quy hoạch sử dụng đất xã Mường Thử thời kỳ 2026 - 2030 và hệ thống biểu theo bản')}
    ${paragraphs('Tài liệu gồm phần thuyết minh chung và 21 phần theo bản. Mỗi phần nêu hiện trạng, biến động, phương án đến năm 2030, danh sách khu đất và ý kiến của cộng đồng. Xã, bản, xứ đồng, số thửa và diện tích đều là giả định, dùng để minh họa phần mềm.')}
    <h2>Phần chung</h2>
    ${paragraphs('Phương án được lập trên nguyên tắc giữ ổn định diện tích đất chuyên trồng lúa, bảo vệ rừng đầu nguồn, ưu tiên quỹ đất cho đường liên bản, nước sinh hoạt và các điểm tái định cư vùng có nguy cơ sạt lở; hạn chế chuyển mục đích đất rừng phòng hộ.', 'Hội nghị lấy ý kiến được tổ chức tại 21 bản với 2.146 lượt người dự; 95,4 % đồng ý với phương án; các ý kiến khác được tổng hợp, giải trình tại từng phần.')}
    ${table(
      'Biểu 01. Cơ cấu sử dụng đất toàn xã',
      'ha',
      ['Loại đất', 'Hiện trạng 2025', 'Quy hoạch 2030', 'Biến động'],
      LAND.map((name): Cell[] => {
        const [now, change] = [random(2000, 260_000) / 100, random(-900, 900) / 100];
        return [name, now, now + change, change];
      }),
    )}
    ${VILLAGES.map((name, index) => village(`Thử ${name}`, index + 1, random))}`;
}

function village(name: string, number: number, random: Random): Html {
  const [households, people] = [random(96, 240), random(410, 1080)];
  const parcels = Array.from({ length: random(74, 98) }, (_, index): Cell[] => [
    `${number}.${index + 1}`,
    `Tờ ${random(1, 48)}, thửa ${random(1, 640)}`,
    `Xứ đồng ${pick(PLACES, random)}`,
    pick(KINDS, random),
    random(180, 9400),
    pick(CHANGES, random),
  ]);
  return html`<section class="new-page">
    <h2>Phần ${number}. Bản ${name}</h2>
    <h3>${number}.1. Hiện trạng</h3>
    ${paragraphs(
      `Bản ${name} có ${households} hộ, ${vietnameseNumber(people)} nhân khẩu, cách trung tâm xã ${random(1, 34)} km; địa hình ${pick(['thung lũng hẹp', 'sườn dốc', 'đồi thấp xen ruộng bậc thang', 'cao nguyên nhỏ'], random)}, độ cao ${vietnameseNumber(random(380, 1240))} m so với mực nước biển. Đường vào bản ${pick(['đã bê tông hóa', 'cấp phối, đi lại được mùa khô', 'đang mở mới'], random)}; nguồn nước chính lấy từ suối ${pick(PLACES, random)}.`,
      `Giai đoạn 2021 - 2025, diện tích đất trồng lúa ${pick(['ổn định', 'giảm nhẹ do sạt lở', 'tăng nhờ khai hoang ruộng bậc thang'], random)}; đất rừng được giao cho ${random(3, 12)} nhóm hộ quản lý. Tồn tại ${random(1, 9)} trường hợp ranh giới chưa thống nhất, đã hòa giải ${random(0, 3)} trường hợp.`,
    )}
    ${table(
      `Biểu ${number}.1. Hiện trạng và quy hoạch sử dụng đất bản ${name}`,
      'ha',
      ['Loại đất', 'Năm 2025', 'Năm 2028', 'Năm 2030', 'Biến động'],
      LAND.map((kind): Cell[] => {
        const now = random(20, 24_000) / 100;
        const [middle, last] = [now + random(-120, 120) / 100, now + random(-240, 240) / 100].map((value) =>
          Math.max(0, value),
        );
        return [kind, now, middle ?? now, last ?? now, (last ?? now) - now];
      }),
    )}
    <h3>${number}.2. Phương án đến năm 2030</h3>
    ${paragraphs(
      `Bố trí ${vietnameseNumber(random(40, 320) / 100)} ha đất ở mới tại xứ đồng ${pick(PLACES, random)} cho ${random(6, 31)} hộ, trong đó ${random(2, 14)} hộ di chuyển khỏi vùng có nguy cơ sạt lở; mở rộng đường nội bản ${vietnameseNumber(random(300, 2400))} m, mặt đường ${pick(['3,0', '3,5', '4,0'], random)} m.`,
      `Giữ ${vietnameseNumber(random(800, 5200) / 100)} ha đất chuyên trồng lúa; chuyển ${vietnameseNumber(random(50, 900) / 100)} ha đất nương kém hiệu quả sang trồng ${pick(['mận', 'nhãn', 'xoài', 'cây gỗ lớn', 'sa nhân dưới tán rừng'], random)}. Dành ${random(400, 1800)} m² mở rộng nhà văn hóa và sân thể thao.`,
    )}
    ${table(`Biểu ${number}.2. Danh sách khu đất dự kiến sử dụng bản ${name}`, 'm²', ['Số', 'Tờ, thửa', 'Vị trí', 'Loại', 'Diện tích', 'Phương án'], parcels)}
    <h3>${number}.3. Ý kiến cộng đồng</h3>
    ${paragraphs(
      `Hội nghị bản ngày ${random(2, 28)} tháng ${random(8, 9)} năm 2026 có ${random(60, households)} đại diện hộ tham dự. Các ý kiến tập trung vào vị trí đất ở mới, lối đi chung qua xứ đồng ${pick(PLACES, random)} và thời điểm cắm mốc. Có ${random(0, 6)} hộ đề nghị giữ nguyên hiện trạng; Ủy ban nhân dân xã tiếp thu ${random(0, 4)} ý kiến, các ý kiến còn lại được giải trình trực tiếp.`,
      `Đề nghị giao Ban quản lý bản ${name} niêm yết sơ đồ tại nhà văn hóa trong ${pick(['15', '20', '30'], random)} ngày và gửi ý kiến bổ sung về Phòng Kinh tế.`,
    )}
  </section>`;
}
