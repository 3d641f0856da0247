import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import type { Cell } from './document.ts';
import { paragraphs, seeded, table } from './document.ts';
import { VILLAGES } from './report.ts';

export const LANDSCAPE = '@page { size: A4 landscape; margin: 20mm; }';

const REVENUE = [
  'Thuế giá trị gia tăng hộ kinh doanh',
  'Thuế thu nhập cá nhân',
  'Lệ phí môn bài',
  'Lệ phí trước bạ nhà, đất',
  'Phí, lệ phí',
  'Thu quỹ đất công ích',
  'Thu tiền sử dụng đất',
  'Thuế sử dụng đất phi nông nghiệp',
  'Thu khác ngân sách',
  'Đóng góp tự nguyện của Nhân dân',
];
const SPENDING = [
  'Lương và phụ cấp theo lương',
  'Phụ cấp người hoạt động không chuyên trách',
  'Bảo hiểm, kinh phí công đoàn',
  'Văn phòng phẩm, in ấn',
  'Điện, nước, nhiên liệu',
  'Thông tin liên lạc, đường truyền',
  'Hội nghị, tiếp khách',
  'Công tác phí',
  'Sửa chữa thường xuyên tài sản',
  'Mua sắm thiết bị',
  'Đào tạo, bồi dưỡng',
  'Chi khác',
];
const OFFICES = [
  'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân',
  'Phòng Kinh tế',
  'Phòng Văn hóa - Xã hội',
  'Trung tâm Phục vụ hành chính công',
];

/** Paper 3: budget estimate, wide tables on landscape pages. */
export function budget(): Html {
  const random = seeded(75);
  const quarters = (total: number): number[] => {
    const parts = [random(18, 24), random(22, 27), random(23, 28)].map((share) => Math.round((total * share) / 100));
    return [...parts, total - parts.reduce((sum, part) => sum + part, 0)];
  };
  const withSum = (name: string, rows: readonly (readonly Cell[])[]): Cell[] => [
    name,
    ...(rows[0] ?? []).slice(1).map((_, column) => rows.reduce((sum, row) => sum + Number(row[column + 1]), 0)),
  ];
  const revenue = REVENUE.map((name): Cell[] => {
    const before = random(120, 760);
    const plan = Math.round((before * random(94, 112)) / 100);
    return [name, before, Math.round((before * random(82, 108)) / 100), plan, ...quarters(plan)];
  });
  const columns = [
    'Nội dung',
    'Dự toán 2026',
    'Ước thực hiện 2026',
    'Dự toán 2027',
    'Quý I',
    'Quý II',
    'Quý III',
    'Quý IV',
  ];
  const offices = OFFICES.map((office, index) => {
    const rows = SPENDING.map((name): Cell[] => {
      const before = random(20, 900);
      const plan = Math.round((before * random(94, 112)) / 100);
      return [name, before, Math.round((before * random(88, 104)) / 100), plan, ...quarters(plan)];
    });
    return html`<section class="new-page">
      ${table(`Biểu ${index + 2}. Chi thường xuyên: ${office}`, 'triệu đồng', columns, [...rows, withSum('Tổng chi', rows)])}
    </section>`;
  });
  const villages = VILLAGES.map((name): Cell[] => [
    `Bản Thử ${name}`,
    random(12, 40),
    random(20, 60),
    random(5, 22),
    random(0, 350),
    random(0, 120),
  ]);
  return html`<div class="title">
      <h1>DỰ TOÁN THU, CHI NGÂN SÁCH XÃ MƯỜNG THỬ NĂM 2027</h1>
      <p class="plain">(Kèm theo Tờ trình của Ủy ban nhân dân xã; số liệu giả định)</p>
    </div>
    ${table('Biểu 1. Dự toán thu ngân sách trên địa bàn', 'triệu đồng', columns, [...revenue, withSum('Tổng thu', revenue)])}
    ${offices}
    <section class="new-page">
      ${table('Biểu 6. Kinh phí phân bổ về các bản', 'triệu đồng', ['Bản', 'Hoạt động cộng đồng', 'Nhà văn hóa', 'Tổ công nghệ số', 'Công trình nhỏ', 'Khắc phục thiên tai'], [...villages, withSum('Tổng cộng', villages)])}
      ${paragraphs('Ghi chú: dự toán chưa gồm các chương trình mục tiêu quốc gia; sẽ bổ sung khi có quyết định giao vốn.')}
    </section>`;
}
