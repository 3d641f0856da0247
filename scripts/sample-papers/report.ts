import type { Html } from '../../main/documents/html.ts';
import { html } from '../../main/documents/html.ts';
import { heading, paragraphs, seeded, signer, table } from './document.ts';

/** Paper 1: report on socio-economic tasks, about ten pages. */
export function report(): Html {
  const random = seeded(2026);
  return html`${heading('BC-UBND', 'BÁO CÁO', 'Tình hình thực hiện nhiệm vụ phát triển kinh tế - xã hội 10 tháng đầu năm và nhiệm vụ trọng tâm 02 tháng cuối năm 2026')}
    ${paragraphs(
      'Thực hiện chương trình công tác năm 2026, Ủy ban nhân dân xã Mường Thử báo cáo tình hình thực hiện nhiệm vụ phát triển kinh tế - xã hội, bảo đảm quốc phòng, an ninh 10 tháng đầu năm và nhiệm vụ trọng tâm 02 tháng cuối năm 2026 như sau. Xã Mường Thử và mọi số liệu trong báo cáo này là giả định, dùng để minh họa phần mềm.',
    )}
    <h2>I. ĐẶC ĐIỂM TÌNH HÌNH</h2>
    ${paragraphs(
      'Xã có 21 bản với 3.482 hộ, 15.916 nhân khẩu, diện tích tự nhiên 18.240 ha, trong đó đất lâm nghiệp chiếm 71,6 %. Địa bàn chia cắt, bản xa nhất cách trụ sở xã 34 km; 6 bản chưa có đường ô tô đi được bốn mùa; 4 bản sóng di động yếu, hội họp trực tuyến thường bị gián đoạn.',
      'Mười tháng qua thời tiết diễn biến bất thường: hai đợt rét đậm đầu năm, một đợt lũ ống trong tháng 7 làm hư hỏng 5 công trình thủy lợi nhỏ và 12,4 ha lúa mùa. Bộ máy chính quyền xã sau sắp xếp đã ổn định, song số cán bộ có chuyên môn xây dựng, địa chính còn thiếu so với vị trí việc làm.',
    )}
    <h2>II. KẾT QUẢ THỰC HIỆN NHIỆM VỤ 10 THÁNG</h2>
    <h3>1. Kết quả thực hiện các chỉ tiêu chủ yếu</h3>
    ${paragraphs('Trong 18 chỉ tiêu Hội đồng nhân dân xã giao, đến hết tháng 10 có 11 chỉ tiêu đạt và vượt, 5 chỉ tiêu đạt trên 80 %, 2 chỉ tiêu có khả năng không đạt nếu không có giải pháp tích cực.')}
    ${table(
      'Bảng 1. Một số chỉ tiêu chủ yếu',
      '',
      ['Chỉ tiêu', 'Đơn vị', 'Kế hoạch năm', 'Thực hiện 10 tháng', 'Tỷ lệ (%)'],
      [
        ['Tổng sản lượng lương thực có hạt', 'tấn', 6450, 5987, 92.82],
        ['Giá trị sản xuất nông, lâm nghiệp', 'triệu đồng', 214500, 186300, 86.85],
        ['Thu ngân sách trên địa bàn', 'triệu đồng', 4820, 4454, 92.41],
        ['Giải ngân vốn đầu tư công', 'triệu đồng', 16900, 10216, 60.45],
        ['Thu nhập bình quân đầu người', 'triệu đồng', 42, 37.6, 89.52],
        ['Tỷ lệ hộ nghèo giảm trong năm', '%', 4, 3.4, 85],
        ['Tỷ lệ dân số tham gia bảo hiểm y tế', '%', 98, 98.6, 100.61],
        ['Trồng rừng mới', 'ha', 120, 126, 105],
        ['Tỷ lệ che phủ rừng', '%', 56.5, 56.5, 100],
        ['Tỷ lệ hộ dùng nước hợp vệ sinh', '%', 94, 91.2, 97.02],
        ['Hồ sơ giải quyết đúng hạn', '%', 98, 98.9, 100.92],
        ['Hồ sơ nộp trực tuyến', '%', 70, 58.3, 83.29],
      ],
    )}
    <h3>2. Sản xuất nông, lâm nghiệp</h3>
    ${paragraphs(
      'Tổng diện tích gieo trồng cây hằng năm 2.940 ha, đạt 98,4 % kế hoạch. Lúa ruộng hai vụ 1.012 ha, năng suất bình quân 56,3 tạ/ha; ngô 860 ha, năng suất 44,1 tạ/ha; sắn 320 ha. Cây ăn quả 415 ha, trong đó mận 210 ha cho thu hoạch với giá ổn định, nhãn 96 ha, xoài 62 ha.',
      'Công tác phòng, chống dịch bệnh được duy trì: tiêm 21.300 liều vắc-xin cho đàn vật nuôi, phun khử trùng hai đợt. Dịch tả lợn châu Phi phát sinh tại hai hộ bản Thử Năm trong tháng 5, đã tiêu hủy 31 con, khống chế sau 12 ngày.',
      'Giao khoán bảo vệ 11.870 ha rừng cho cộng đồng 21 bản; chi trả dịch vụ môi trường rừng 3,26 tỷ đồng qua tài khoản. Phát hiện, xử lý 3 vụ phát nương trái phép với diện tích 0,42 ha, giảm 4 vụ so với cùng kỳ.',
    )}
    ${table(
      'Bảng 2. Diện tích, năng suất, sản lượng cây trồng chính',
      '',
      ['Cây trồng', 'Diện tích (ha)', 'Năng suất (tạ/ha)', 'Sản lượng (tấn)', 'So cùng kỳ (%)'],
      [
        ['Lúa xuân', 398, 61.2, 2435.8, 101.2],
        ['Lúa mùa', 614, 53.1, 3260.3, 97.4],
        ['Lúa nương', 180, 14.2, 255.6, 92.1],
        ['Ngô xuân hè', 620, 45.6, 2827.2, 102.8],
        ['Ngô thu đông', 240, 40.2, 964.8, 99.5],
        ['Sắn', 320, 128, 4096, 103.4],
        ['Rau các loại', 94, 131.5, 1236.1, 106.2],
        ['Mận', 210, 72.4, 1520.4, 110.3],
        ['Nhãn', 96, 51.8, 497.3, 94.7],
      ],
    )}
    ${table(
      'Bảng 3. Chăn nuôi đến ngày 31 tháng 10',
      'con',
      ['Loại vật nuôi', 'Kế hoạch', 'Thực hiện', 'Tỷ lệ (%)'],
      [
        ['Trâu', 2950, 2874, 97.42],
        ['Bò', 3600, 3712, 103.11],
        ['Lợn trên 2 tháng tuổi', 11200, 10486, 93.63],
        ['Dê', 1850, 1992, 107.68],
        ['Gia cầm', 96000, 98400, 102.5],
      ],
    )}
    <h3>3. Thu, chi ngân sách</h3>
    ${paragraphs(
      'Thu ngân sách nhà nước trên địa bàn 10 tháng đạt 4.454 triệu đồng, bằng 92,41 % dự toán. Các khoản thu đạt thấp là lệ phí trước bạ nhà, đất (71,2 %) và thu từ quỹ đất công ích (64,8 %) do hợp đồng thuê đất tại bản Thử Mười Hai chưa được ký lại.',
      'Chi ngân sách xã 38.716 triệu đồng, bằng 79,3 % dự toán; chi thường xuyên bảo đảm lương, chế độ, chính sách; chi đầu tư phát triển chậm do vướng mặt bằng hai công trình đường bản.',
    )}
    ${table(
      'Bảng 4. Giải ngân các công trình đầu tư công',
      'triệu đồng',
      ['Công trình', 'Kế hoạch vốn', 'Đã giải ngân', 'Tỷ lệ (%)', 'Vướng mắc'],
      [
        ['Đường bản Thử Một - Thử Hai', 5200, 2380, 45.77, 'Mặt bằng 3 hộ'],
        ['Thủy lợi Nà Mẫu', 3100, 2790, 90, 'Không'],
        ['Nhà văn hóa bản Thử Sáu', 1450, 1312, 90.48, 'Không'],
        ['Nước sinh hoạt bản Thử Chín', 2650, 1204, 45.43, 'Điều chỉnh nguồn nước'],
        ['Sửa chữa Trường Tiểu học số 2', 2100, 1890, 90, 'Không'],
        ['Điện chiếu sáng trung tâm xã', 2400, 640, 26.67, 'Chờ thẩm định giá'],
        ['Tổng cộng', 16900, 10216, 60.45, ''],
      ],
    )}
    <h3>4. Giáo dục, y tế, văn hóa - xã hội</h3>
    ${paragraphs(
      'Toàn xã có 9 trường, 142 lớp, 3.918 học sinh; tỷ lệ huy động trẻ 5 tuổi đến lớp 99,8 %; duy trì phổ cập giáo dục. Năm học mới khai giảng đúng kế hoạch; còn 11 phòng học tạm tại các điểm trường lẻ, thiếu 14 giáo viên, chủ yếu là tiếng Anh và tin học.',
      'Trạm y tế khám, chữa bệnh cho 12.460 lượt người; 96,1 % trẻ dưới một tuổi được tiêm đủ vắc-xin. Không xảy ra ngộ độc thực phẩm đông người. Số người tham gia bảo hiểm y tế đạt 98,6 %.',
      'Trao 1.126 suất quà cho hộ nghèo, gia đình chính sách dịp Tết với tổng trị giá 612 triệu đồng; hỗ trợ xóa 43 nhà tạm, trong đó 38 nhà đã hoàn thành. Tổ chức ngày hội văn hóa các dân tộc tại 21 bản; 17 bản đạt danh hiệu bản văn hóa.',
    )}
    ${table(
      'Bảng 5. Hộ nghèo, cận nghèo theo bản (rà soát sơ bộ)',
      'hộ',
      ['Bản', 'Tổng số hộ', 'Hộ nghèo', 'Hộ cận nghèo', 'Giảm so đầu năm'],
      Array.from({ length: 21 }, (_, index) => [
        `Thử ${VILLAGES[index]}`,
        random(96, 240),
        random(8, 46),
        random(6, 31),
        random(1, 9),
      ]),
    )}
    <h3>5. Cải cách hành chính, chuyển đổi số</h3>
    ${paragraphs(
      'Trung tâm Phục vụ hành chính công xã tiếp nhận 7.284 hồ sơ, trả đúng và trước hạn 98,9 %. Hồ sơ nộp trực tuyến đạt 58,3 %, chưa đạt kế hoạch do một bộ phận người dân chưa có tài khoản định danh mức 2 hoặc chưa quen thao tác. Tổ công nghệ số cộng đồng 21 bản đã hướng dẫn 2.310 lượt người.',
      'Thủ tục đất đai và tư pháp - hộ tịch chiếm gần hai phần ba số hồ sơ; hồ sơ trễ hạn tập trung ở lĩnh vực đất đai do phải xác minh thực địa tại các bản xa.',
      'Từ tháng 9, các cuộc họp Ủy ban nhân dân xã thực hiện theo hình thức không giấy tờ: tài liệu gửi trước ít nhất 03 ngày, điểm danh, phát biểu, biểu quyết trên máy tính. Trung bình mỗi cuộc họp tiết kiệm 1.150 trang in; hai điểm cầu bản xa dự họp trực tuyến.',
    )}
    ${table(
      'Bảng 6. Hồ sơ thủ tục hành chính theo lĩnh vực',
      'hồ sơ',
      ['Lĩnh vực', 'Tiếp nhận', 'Trực tuyến', 'Đúng hạn', 'Trễ hạn'],
      [
        'Tư pháp - hộ tịch',
        'Đất đai',
        'Chứng thực',
        'Bảo trợ xã hội',
        'Người có công',
        'Xây dựng',
        'Kinh doanh',
        'Nông nghiệp',
        'Giáo dục',
        'Y tế',
      ].map((name) => {
        const [received, late] = [random(120, 1480), random(0, 14)];
        return [name, received, Math.round((received * random(38, 82)) / 100), received - late, late];
      }),
    )}
    <h3>6. Quốc phòng, an ninh, tiếp công dân</h3>
    ${paragraphs(
      'Duy trì nghiêm chế độ trực sẵn sàng chiến đấu; hoàn thành tuyển chọn và gọi công dân nhập ngũ đạt 100 % chỉ tiêu; huấn luyện dân quân 86/86 người. Tình hình an ninh chính trị ổn định; xảy ra 9 vụ việc vi phạm trật tự xã hội, giảm 3 vụ so với cùng kỳ.',
      'Tiếp 64 lượt công dân; nhận 27 đơn, đã giải quyết 24 đơn thuộc thẩm quyền. Các kiến nghị còn lại chủ yếu liên quan đến ranh giới đất nương giữa các hộ ở bản Thử Bốn và Thử Mười Lăm.',
    )}
    <h2>III. HẠN CHẾ VÀ NGUYÊN NHÂN</h2>
    ${paragraphs(
      'Một là, giải ngân vốn đầu tư công chậm, mới đạt 60,45 %; nguyên nhân chủ yếu do chuẩn bị đầu tư chưa kỹ, phối hợp giải phóng mặt bằng giữa các bộ phận và bản chưa chặt chẽ.',
      'Hai là, thu từ quỹ đất công ích và lệ phí trước bạ đạt thấp; hồ sơ đất công ích chưa được cập nhật đầy đủ sau sắp xếp đơn vị hành chính.',
      'Ba là, tỷ lệ hồ sơ trực tuyến chưa đạt; kỹ năng số của một số công chức và người dân hạn chế; đường truyền tại các bản vùng cao không ổn định.',
      'Bốn là, việc chấp hành chế độ báo cáo của một số bộ phận còn chậm, chất lượng tham mưu chưa đều.',
    )}
    <h2>IV. NHIỆM VỤ TRỌNG TÂM 02 THÁNG CUỐI NĂM</h2>
    ${paragraphs(
      '1. Tập trung thu hoạch lúa mùa, gieo trồng vụ đông 180 ha; chủ động phương án phòng, chống rét cho cây trồng, vật nuôi; không để vật nuôi chết rét do thiếu thức ăn dự trữ.',
      '2. Hoàn thành giải phóng mặt bằng đường bản Thử Một - Thử Hai trước ngày 10 tháng 12; giải ngân vốn đầu tư công đạt tối thiểu 95 % đến hết niên độ ngân sách. Giao một đồng chí lãnh đạo Ủy ban nhân dân xã phụ trách từng công trình và báo cáo hằng tuần.',
      '3. Rà soát toàn bộ hợp đồng thuê đất công ích, ký lại trước ngày 30 tháng 11; phấn đấu thu ngân sách đạt 100 % dự toán.',
      '4. Xây dựng dự toán ngân sách, kế hoạch phát triển kinh tế - xã hội năm 2027 trình Hội đồng nhân dân xã đúng thời hạn; hoàn thiện quy hoạch sử dụng đất.',
      '5. Hoàn thành xóa 5 nhà tạm còn lại trước ngày 20 tháng 12; rà soát hộ nghèo, hộ cận nghèo công khai, đúng quy trình.',
      '6. Nâng tỷ lệ hồ sơ trực tuyến lên 70 %; duy trì họp không giấy tờ; tổng kết việc gửi, nhận văn bản điện tử có ký số.',
      '7. Bảo đảm quốc phòng, an ninh; làm tốt công tác chuẩn bị gọi công dân nhập ngũ năm 2027; chuẩn bị các điều kiện đón Tết cho Nhân dân.',
    )}
    ${table(
      'Bảng 7. Phân công nhiệm vụ trọng tâm',
      '',
      ['Nhiệm vụ', 'Chủ trì', 'Phối hợp', 'Hoàn thành'],
      [
        ['Giải phóng mặt bằng đường Thử Một - Thử Hai', 'Phòng Kinh tế', 'Ban quản lý hai bản', '10/12/2026'],
        ['Ký lại hợp đồng thuê đất công ích', 'Phòng Kinh tế', 'Văn phòng', '30/11/2026'],
        ['Dự toán ngân sách năm 2027', 'Phòng Kinh tế', 'Các bộ phận', '28/11/2026'],
        ['Rà soát hộ nghèo, cận nghèo', 'Phòng Văn hóa - Xã hội', '21 bản', '15/12/2026'],
        ['Xóa 5 nhà tạm còn lại', 'Phòng Văn hóa - Xã hội', 'Mặt trận Tổ quốc xã', '20/12/2026'],
        ['Khắc phục 5 công trình thủy lợi', 'Phòng Kinh tế', 'Dân quân xã', '31/12/2026'],
        ['Dự trữ thức ăn, chống rét cho vật nuôi', 'Phòng Kinh tế', 'Các bản', 'Thường xuyên'],
        ['Hướng dẫn nộp hồ sơ trực tuyến', 'Trung tâm Phục vụ hành chính công', 'Tổ công nghệ số', 'Thường xuyên'],
        ['Chuẩn bị gọi công dân nhập ngũ', 'Ban Chỉ huy Quân sự', 'Công an xã', '31/12/2026'],
        ['Phương án bảo đảm an ninh dịp Tết', 'Công an xã', 'Dân quân xã', '25/12/2026'],
      ],
    )}
    <h2>V. KIẾN NGHỊ, ĐỀ XUẤT</h2>
    ${paragraphs(
      'Đề nghị cấp tỉnh sớm phê duyệt điều chỉnh nguồn nước công trình nước sinh hoạt bản Thử Chín; bổ sung kinh phí khắc phục 5 công trình thủy lợi hư hỏng do lũ ống với nhu cầu 1.840 triệu đồng; xem xét nâng cấp trạm phát sóng tại các bản Thử Mười Bảy và Thử Hai Mươi.',
      'Trên đây là báo cáo tình hình thực hiện nhiệm vụ 10 tháng và nhiệm vụ trọng tâm 02 tháng cuối năm 2026 của Ủy ban nhân dân xã Mường Thử./.',
    )}
    ${signer('CHỦ TỊCH', 'Lò Văn Mẫu')}
    <section class="new-page">
      ${table(
        'Phụ lục 1. Kết quả sản xuất theo bản',
        '',
        ['Bản', 'Lúa (ha)', 'Ngô (ha)', 'Cây ăn quả (ha)', 'Trâu, bò (con)', 'Lợn (con)', 'Rừng giao khoán (ha)'],
        VILLAGES.map((name) => [
          `Thử ${name}`,
          random(180, 820) / 10,
          random(90, 760) / 10,
          random(40, 410) / 10,
          random(120, 520),
          random(160, 900),
          random(110, 980),
        ]),
      )}
    </section>
    <section class="new-page">
      ${table(
        'Phụ lục 2. Tình hình giải quyết kiến nghị của Nhân dân',
        '',
        ['Bản', 'Nội dung kiến nghị', 'Bộ phận giải quyết', 'Kết quả'],
        VILLAGES.map((name, index) => [
          `Thử ${name}`,
          PETITIONS[index % PETITIONS.length] ?? '',
          OFFICES[random(0, OFFICES.length - 1)] ?? '',
          RESULTS[random(0, RESULTS.length - 1)] ?? '',
        ]),
      )}
    </section>`;
}

export const VILLAGES = [
  'Một',
  'Hai',
  'Ba',
  'Bốn',
  'Năm',
  'Sáu',
  'Bảy',
  'Tám',
  'Chín',
  'Mười',
  'Mười Một',
  'Mười Hai',
  'Mười Ba',
  'Mười Bốn',
  'Mười Lăm',
  'Mười Sáu',
  'Mười Bảy',
  'Mười Tám',
  'Mười Chín',
  'Hai Mươi',
  'Hai Mươi Mốt',
] as const;

const PETITIONS = [
  'Sửa chữa đoạn đường nội bản bị sạt ta luy sau đợt mưa tháng 7',
  'Bổ sung máy lọc nước cho điểm trường mầm non',
  'Cắm lại mốc ranh giới đất nương giữa các hộ liền kề',
  'Nâng cấp loa truyền thanh và đường truyền tại nhà văn hóa bản',
  'Hỗ trợ giống cỏ và vật tư làm chuồng trại chống rét',
  'Nạo vét mương dẫn nước, sửa cửa lấy nước đầu nguồn',
  'Lắp đèn chiếu sáng đoạn qua trường học',
  'Cấp lại giấy chứng nhận quyền sử dụng đất bị hư hỏng do lũ',
  'Bố trí điểm thu gom rác và xe vận chuyển hằng tuần',
] as const;
const OFFICES = ['Phòng Kinh tế', 'Phòng Văn hóa - Xã hội', 'Văn phòng', 'Công an xã'] as const;
const RESULTS = [
  'Đã giải quyết xong',
  'Đang thực hiện, xong trong tháng 12',
  'Đã trả lời bằng văn bản',
  'Chuyển cấp có thẩm quyền',
] as const;
