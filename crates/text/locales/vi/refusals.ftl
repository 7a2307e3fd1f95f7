## Việc và bản ghi
refusal-act-wrong_stage = Chưa thực hiện được việc { $act }: trạng thái hiện tại là { $stage }; xem các việc được phép ở trạng thái này.
refusal-act-other_kind = Việc { $act } không dành cho loại bản ghi này; mở đúng loại bản ghi rồi thực hiện.
refusal-act-needs_issued_paper = Việc { $act } chỉ có hiệu lực khi văn bản của việc đó được phát hành; soạn dự thảo và trình ký.
refusal-act-no_paper_in_state = Ở trạng thái hiện tại, việc { $act } không thực hiện bằng văn bản; ghi nhận việc này trực tiếp, không qua dự thảo.
refusal-act-step_of_another = Bước đang chờ thuộc trách nhiệm của bên khác; để bên đó tạm dừng hoặc tính tiếp thời hạn.
refusal-act-still_in_time = Thời hạn chưa hết, còn đến hết ngày { $until }; chờ trả lời hoặc báo cáo, hoặc thực hiện sau ngày đó.
refusal-clock-none_runs = Không có thời hạn nào đang tính nên không có gì để tạm dừng; xem các thời hạn của hồ sơ.
refusal-clock-none_stands = Không có thời hạn nào đang tạm dừng nên không có gì để tính tiếp; xem các thời hạn của hồ sơ.
refusal-clock-last_days_stay = Không có hạn nào phải dời theo lịch mới; không cần làm gì thêm.
refusal-transfer-not_theirs = Hồ sơ không thuộc cơ quan chuyển giao đã nêu, hoặc cơ quan chuyển giao và cơ quan tiếp nhận là một; kiểm tra lại hai cơ quan.
refusal-transfer-receiver_not_existing = Cơ quan, tổ chức { $code } không tồn tại vào ngày thực hiện, hoặc chính là cơ quan đang giữ hồ sơ; chọn cơ quan, tổ chức khác đang tồn tại.
refusal-historical-entered_and_confirmed_by_one = Người đã nhập hồ sơ lịch sử không được tự xác nhận hồ sơ đó; để một người khác xác nhận.
refusal-stream-not_found = Không tìm thấy { $stream }; kiểm tra lại mã.
refusal-stream-other_id = Mã trong nội dung không phải mã của hồ sơ đang thực hiện.
refusal-stream-already_open = Đã có một bản ghi cùng loại đang mở hoặc đang dùng mã này; tiếp tục trên bản ghi đó thay vì lập bản ghi mới.
refusal-input-field_missing = Còn thiếu mục bắt buộc { $field }; bổ sung mục này rồi gửi lại.
refusal-input-date_in_future = Ngày { $date } phải là hôm nay hoặc trước đó.
refusal-input-date_before_event = Ngày { $date } không khớp với mốc ngày { $event }; ngày này phải trùng mốc đó hoặc, nếu quy trình cho phép, sau mốc đó.
refusal-input-due_too_late = Thời hạn được chọn quá dài; chọn thời hạn muộn nhất là hết ngày { $last }.
refusal-input-due_in_past = Ngày { $date } đã qua; chọn ngày hôm nay hoặc một ngày sau đó.
refusal-supplement-points_wrong = Danh sách điểm cần bổ sung, làm rõ trống, có số trùng nhau hoặc không khớp với các điểm đã nêu; ghi mỗi điểm một số và trả lời đúng các số đó.
refusal-supplement-old_point = Điểm số { $numbers } không phát sinh từ nội dung đã bổ sung; lần đề nghị sau chỉ nêu điểm phát sinh từ nội dung đó, bỏ các điểm này ra.
refusal-supplement-points_unanswered = Điểm số { $numbers } chưa được trả lời; bổ sung hoặc giải trình từng điểm.
refusal-supplement-reminders_missing = Phải đôn đốc { $needed } lần trước khi dừng xử lý, mới đôn đốc { $found } lần; phát hành công văn đôn đốc.

## Dữ liệu tham chiếu và cơ quan, tổ chức
refusal-reference-other_set = Dữ liệu tham chiếu { $name } không thuộc bộ đã nạp trước đây; nạp đúng bộ hoặc đặt tên khác.
refusal-reference-unchanged = Dữ liệu này giống hệt bản đang áp dụng; chỉ nạp khi có thay đổi.
refusal-reference-regulation_on_record = Phiên bản { $name } đã nạp và không sửa được; lập phiên bản mới với mã khác.
refusal-organisation-period = Ngày ghi cho cơ quan { $code } không hợp lý: ngày kết thúc phải là ngày bắt đầu hoặc sau đó; ngày đổi tên không ở tương lai, sau lần đổi tên trước và trong thời gian cơ quan tồn tại.
refusal-organisation-own_successor = Cơ quan { $code } không thể kế thừa chính mình; chọn cơ quan tiếp nhận khác.
refusal-organisation-coordinating_unit_twice = Cơ quan này đã có một đơn vị đầu mối tổng hợp; ghi ngày kết thúc của đơn vị đó trước, hoặc không đánh dấu đơn vị mới là đầu mối.

## Tài khoản và nhiệm vụ
refusal-account-duty_period = Ngày kết thúc của nhiệm vụ hoặc mối liên hệ phải là ngày bắt đầu hoặc sau đó.
refusal-account-delegation_without_paper = Ký thừa lệnh (TL.) hoặc thừa ủy quyền (TUQ.) phải ghi văn bản ủy quyền: loại, số, ngày, cơ quan ban hành.
refusal-account-duty_not_held = Tài khoản không có nhiệm vụ số { $number }; xem lại danh sách nhiệm vụ của tài khoản.
refusal-account-overseer_decides = Trong cùng thời gian, một tài khoản không được vừa giữ nhiệm vụ quản trị hoặc kiểm tra vừa giữ nhiệm vụ khác trong quy trình; giao cho hai người hoặc tách thời gian.
refusal-account-signer_without_form = Nhiệm vụ ký văn bản phải ghi hình thức ký (người đứng đầu, Q., KT., TL., TUQ., TM.), còn nhiệm vụ khác thì không ghi.
refusal-account-body_duty = Nhiệm vụ trong hội đồng hoặc tổ chuyên gia chỉ có theo quyết định thành lập, không giao riêng cho tài khoản.

## Danh mục
refusal-regulation-not_effective = Phiên bản quy định { $regulation } không áp dụng vào ngày { $day }; chọn phiên bản áp dụng vào ngày đó.
refusal-list_entry-duplicate = Danh mục đã có mục trùng với đề xuất này; kiểm tra mục đó và giải trình phần trùng lặp, hoặc không bổ sung (có lý do).
refusal-list_entry-not_managing_agency = Cơ quan chủ quản được chọn khác với cơ quan chủ quản trong đề xuất; ghi đúng cơ quan đã đề xuất.
refusal-list_entry-no_coordinating_unit = Cơ quan chưa khai báo đơn vị đầu mối tổng hợp; đề nghị quản trị khai báo ở trang cơ quan, hoặc tự trình công văn.
refusal-list_entry-open_dossier = Mục này còn hồ sơ đánh giá đang mở; chờ hồ sơ kết thúc, hoặc nêu mục thay thế trong Danh mục.
refusal-list_entry-recognition_in_force = Mục này còn nền tảng được công nhận còn hiệu lực; nêu mục thay thế trong Danh mục, hoặc chờ công nhận kết thúc.

## Bộ tiêu chí và lấy ý kiến
refusal-criteria_set-entry_not_listed = Mục { $entry } chưa có hoặc không còn trong Danh mục; chỉ xây dựng bộ tiêu chí, lập hồ sơ đánh giá hoặc chọn làm mục thay thế khi mục đó có trong Danh mục.
refusal-criteria_set-group_without_line = Nhóm tiêu chí { $group } chưa có tiêu chí nào áp dụng; thêm ít nhất một tiêu chí vào nhóm này.
refusal-criteria_set-line_unknown = Tiêu chí { $code } không khớp với khung tiêu chí; kiểm tra mã, nhóm và nguồn gốc của tiêu chí.
refusal-criteria_set-line_repeated = Tiêu chí { $code } xuất hiện nhiều lần; mỗi tiêu chí chỉ ghi một dòng.
refusal-criteria_set-popularity_not_once = Bộ tiêu chí phải có đúng một tiêu chí về mức độ người dùng phổ biến, giữ nguyên phạm vi áp dụng; hiện có { $lines }.
refusal-criteria_set-not_applicable_without_reason = Nêu lý do không áp dụng tiêu chí { $code }.
refusal-criteria_set-focal_not_consulted = Chưa lấy ý kiến cơ quan đầu mối về dự thảo bộ tiêu chí; đưa cơ quan đầu mối vào danh sách lấy ý kiến.
refusal-criteria_set-too_few_consulted = Ngoài cơ quan đầu mối phải lấy ý kiến của ít nhất { $needed } cơ quan, tổ chức liên quan, hiện mới chọn { $found }; chọn thêm cho đủ.
refusal-criteria_set-consulted_twice = Có cơ quan, tổ chức được chọn lấy ý kiến hai lần; bỏ bớt tên bị trùng.
refusal-criteria_set-focal_still_has_time = Cơ quan đầu mối chưa trả lời và còn thời hạn góp ý đến hết ngày { $until }; ban hành khi đã có ý kiến hoặc sau ngày đó.
refusal-criteria_set-opinion_without_response = Góp ý của cơ quan { $organisation } chưa được tiếp thu hoặc giải trình; ghi nội dung tiếp thu, giải trình trước khi ban hành.
refusal-criteria_set-other_entry = Bộ tiêu chí này thuộc một mục khác trong Danh mục; mở bộ tiêu chí của đúng mục cần xây dựng.
refusal-criteria_set-conditional_not_allowed = Phiên bản quy định đang áp dụng không cho phép kết quả đạt có điều kiện; bỏ đánh dấu này ở tiêu chí { $code }.
refusal-criteria_set-round_open = Còn vòng đánh giá đang mở theo bộ tiêu chí này; bãi bỏ sau khi vòng đánh giá kết thúc.
refusal-change_proposal-period_over = Thời hạn góp ý về đề xuất thay đổi đã kết thúc khi hết ngày { $until }; gửi đề xuất mới nếu cần.
refusal-opinion-not_asked = Cơ quan, tổ chức này không được lấy ý kiến hoặc không được đề nghị cử thành viên, văn bản được ghi thay cơ quan khác, hoặc bộ tiêu chí hiện không lấy ý kiến; chỉ trả lời cho cơ quan mình khi được đề nghị.
refusal-opinion-other_draft = Ý kiến được ghi cho một dự thảo khác với dự thảo đang lấy ý kiến; góp ý trên dự thảo đã gửi gần nhất.
refusal-opinion-reason_missing = Nêu nội dung và lý do khi thống nhất có điều kiện hoặc không thống nhất.

## Hồ sơ đánh giá
refusal-dossier-tracking_code = Mã hồ sơ không đúng: mã gồm mười ký tự, ký tự cuối dùng để kiểm tra; dùng mã do phần mềm tạo, không tự đặt.
refusal-dossier-no_set_in_force = Chưa có phiên bản bộ tiêu chí nào có hiệu lực hôm nay; thực hiện việc này sau khi bộ tiêu chí được ban hành và có hiệu lực.
refusal-dossier-recognition_in_force = Nền tảng này đã được công nhận nên không lập hồ sơ công nhận lần đầu; thực hiện đánh giá định kỳ hoặc đột xuất.
refusal-dossier-enterprise_door_closed = Phiên bản quy định đang áp dụng không nhận hồ sơ do doanh nghiệp tự nộp; liên hệ cơ quan chủ quản để đề nghị mở hồ sơ.
refusal-dossier-evidence_missing = Chưa có minh chứng cho tiêu chí { $codes }; tải tệp lên hoặc ghi rõ là không có minh chứng.
refusal-dossier-evidence_unknown_line = Minh chứng được nộp cho tiêu chí không có trong bộ tiêu chí của hồ sơ: { $codes }; chuyển sang đúng tiêu chí hoặc bỏ ra.
refusal-dossier-letter_missing = Chưa có văn bản đề nghị đánh giá do người đại diện hoặc người được ủy quyền ký; tải văn bản lên trước khi nộp.
refusal-dossier-figure_missing = Chưa có số liệu thị phần; nhập số người dùng và quy mô thị trường tiềm năng, hoặc nêu lý do chưa có số đếm.
refusal-dossier-share_impossible = Số liệu thị phần chưa hợp lý: quy mô thị trường phải lớn hơn 0, mức thấp không lớn hơn mức cao, số người dùng không lớn hơn mức thấp.
refusal-dossier-what_changed_missing = Nền tảng này đã có hồ sơ kết thúc với kết quả không công nhận; nêu những điểm đã thay đổi so với hồ sơ đó.
refusal-dossier-not_owner = Doanh nghiệp chỉ lập hồ sơ cho nền tảng thuộc sở hữu của chính doanh nghiệp; kiểm tra lại chủ sở hữu của nền tảng.
refusal-dossier-other_entry = Nền tảng hoặc bộ tiêu chí được chọn thuộc một mục khác trong Danh mục; chọn nền tảng và bộ tiêu chí của cùng một mục.
refusal-dossier-owner_consent_missing = Nền tảng thuộc sở hữu của doanh nghiệp nên cần văn bản đồng ý của chủ nền tảng; tải văn bản đó lên trước khi mở hồ sơ.
refusal-dossier-stop_not_asked = Chưa có đề nghị dừng của người nộp hồ sơ; chỉ dừng hồ sơ sau khi nhận được đề nghị.
refusal-dossier-stop_asked_already = Hồ sơ này đã có đề nghị dừng; chờ cơ quan chủ quản trả lời.
refusal-dossier-review_stops_otherwise = Hồ sơ đánh giá lại không dừng theo đề nghị; hồ sơ chỉ dừng khi công nhận bị thu hồi vì lý do khác, nền tảng dừng hoạt động hoặc đánh giá đột xuất được dừng.
refusal-dossier-objections_open = Số phản đối chưa được trả lời: { $open }; trả lời hết trước khi quyết định.
refusal-objection-nothing_open = Hồ sơ đã kết thúc hoặc công nhận không còn hiệu lực nên không nhận phản đối; dùng đề nghị xem xét lại hoặc khiếu nại nếu còn thời hạn.

## Hội đồng, tổ chuyên gia, đơn vị được thuê
refusal-body-form_not_allowed = Phiên bản quy định đang áp dụng không có hình thức đánh giá này; chọn một hình thức được phép.
refusal-body-too_small = Quy chế làm việc cần ít nhất { $needed } thành viên, hiện mới có { $found }; bổ sung thành viên.
refusal-body-not_odd = Quy chế làm việc cần số thành viên lẻ, hiện có { $found }; thêm hoặc bớt một thành viên.
refusal-body-member_twice = Có người được ghi tên hai lần trong danh sách thành viên; mỗi người chỉ ghi một lần.
refusal-body-chair_missing = Chủ tịch hội đồng (tổ trưởng) phải có tên trong danh sách thành viên; cấp phó nếu có cũng phải là thành viên và là người khác.
refusal-body-chair_is_secretary = Một người không được vừa là chủ tịch hội đồng (tổ trưởng) vừa là thư ký; chọn người khác cho một trong hai vai trò.
refusal-body-rules_impossible = Quy chế làm việc không áp dụng được: tỷ lệ họp và tỷ lệ biểu quyết không được quá 100%, số thành viên tối thiểu và số người của ban kiểm phiếu phải lớn hơn 0.
refusal-body-outside_member_missing = Cơ quan chủ quản đánh giá nền tảng của chính mình nên phải có ít nhất một thành viên ngoài cơ quan; bổ sung thành viên đó.
refusal-body-same_unit = Đơn vị phụ trách nền tảng không được đồng thời tổ chức đánh giá nền tảng đó; giao đơn vị khác trong cơ quan chủ quản tổ chức đánh giá.
refusal-body-other_form = Với hình thức đánh giá đã chọn, việc này không thực hiện hoặc do người giữ nhiệm vụ khác thực hiện; xem người thực hiện và điều kiện trong bảng hành vi.
refusal-body-declarations_missing = Còn { $missing } thành viên chưa khai báo xung đột lợi ích đối với nền tảng này; hoàn thành khai báo trước.
refusal-body-quorum_impossible = Số thành viên không có xung đột lợi ích là { $found }, ít hơn số tối thiểu { $needed } để họp; thay thế hoặc bổ sung thành viên.
refusal-body-reviewer_not_member = Cử ít nhất một ủy viên phản biện, và ủy viên phản biện phải là thành viên không có xung đột lợi ích với nền tảng này.
refusal-body-counting_board = Ban kiểm phiếu phải có đúng { $needed } người khác nhau, hiện chọn { $found }; chọn lại cho đúng số.
refusal-body-counting_board_absent = Người của ban kiểm phiếu phải là thành viên có mặt tại phiên họp; chọn trong danh sách có mặt.
refusal-body-not_member = Chỉ ghi người có tên trong quyết định thành lập đang có hiệu lực, mỗi người một lần; kiểm tra lại danh sách thành viên.
refusal-declaration-ground_missing = Chọn ít nhất một mối quan hệ gây ra xung đột lợi ích đã khai báo.
refusal-body-other_agency = Nền tảng này thuộc cơ quan chủ quản khác với cơ quan lập hội đồng hoặc tổ chuyên gia; chọn nền tảng của đúng cơ quan chủ quản.
refusal-body-nobody_asked = Chưa chọn cơ quan nào để đề nghị cử thành viên; chọn ít nhất một cơ quan.
refusal-body-nobody_named = Chưa nêu người được cử; ghi ít nhất một người, chức vụ và tư cách tham gia.
refusal-body-declined_without_reason = Nêu lý do từ chối tham gia.
refusal-body-meeting_in_progress = Phiên họp đánh giá đang diễn ra hoặc chưa có kết luận; thay đổi thành viên sau khi phiên họp tạm dừng hoặc có kết luận.
refusal-body-round_open = Còn vòng đánh giá đang mở; thực hiện sau khi vòng đánh giá kết thúc.
refusal-body-conflict_unresolved = Số thành viên có mối liên hệ với chủ nền tảng chưa được xem xét: { $members }; thay thế thành viên, hoặc ghi nhận không phải xung đột (có lý do).
refusal-links-of_another = Mối liên hệ chỉ do chính thành viên hoặc thư ký khai báo; chuyển cho người đó.
refusal-links-unknown = Mối liên hệ này chưa được khai báo; chọn một mối liên hệ đã khai báo.
refusal-body-another_unit_selected = Hợp đồng ghi đơn vị khác với đơn vị đã lựa chọn; ghi đúng đơn vị, hoặc hủy lựa chọn và lựa chọn lại.
refusal-body-independence_clause_missing = Hợp đồng chưa có điều khoản về tính độc lập của đơn vị được thuê; bổ sung điều khoản này trước khi ký.
refusal-body-hired_unit_not_independent = Đơn vị được thuê là một bên của hồ sơ hoặc đã khai báo có làm việc cho doanh nghiệp liên quan; chọn đơn vị khác để đánh giá hồ sơ này.
refusal-body-no_round_open = Hồ sơ chưa có vòng đánh giá đang mở của đơn vị này; nộp báo cáo sau khi vòng đánh giá được mở.
refusal-body-nothing_to_evaluate_again = Hồ sơ này không chờ đánh giá lại hoặc chưa từng do đơn vị này đánh giá; chọn hồ sơ đã hủy kết quả hoặc đánh giá lại sau khắc phục.

## Vòng đánh giá, phiếu đánh giá và phiên họp
refusal-round-body_not_ready = Hội đồng, tổ chuyên gia hoặc đơn vị được thuê của cơ quan chủ quản chưa sẵn sàng cho vòng đánh giá này; hoàn thành việc thành lập hoặc ký hợp đồng, khai báo xung đột lợi ích và mở vòng đánh giá.
refusal-round-not_evaluator = Người này không có trong danh sách thành viên đánh giá của vòng này; kiểm tra lại danh sách khi mở vòng.
refusal-round-member_has_conflict = Thành viên có xung đột lợi ích với nền tảng này không được nộp phiếu đánh giá, tính là có mặt hoặc bỏ phiếu.
refusal-round-findings_missing = Chưa có kết quả cho tiêu chí { $codes }; ghi đủ kết quả của mọi tiêu chí cần đánh giá.
refusal-round-finding_unknown = Có tiêu chí ngoài phạm vi hoặc ghi hai lần, hoặc chưa chọn tiêu chí nào (tiêu chí: { $codes }); chỉ ghi tiêu chí thuộc phạm vi đánh giá, mỗi tiêu chí một lần.
refusal-round-reason_missing = Nêu lý do không đạt đối với tiêu chí { $codes }.
refusal-round-mark_of_other_scale = Kết quả ghi cho tiêu chí { $codes } không thuộc thang kết quả của phiên bản quy định đang áp dụng; ghi lại theo đúng thang đó.
refusal-round-condition_not_allowed = Tiêu chí { $codes } không được ghi đạt có điều kiện: bộ tiêu chí phải cho phép, kết quả phải là đạt và ngày hẹn phải sau hôm nay; sửa lại.
refusal-round-report_not_accepted = Báo cáo của đơn vị được thuê cho vòng này chưa được nghiệm thu; nghiệm thu trước khi kết luận.
refusal-round-denominator_outside = Mẫu số được chọn nằm ngoài khoảng quy mô thị trường của vòng này; chọn số từ mức thấp đến mức cao.
refusal-round-choices_differ = Mẫu số hoặc nguồn số liệu khác với lựa chọn người kia đã ký; hai người phải ký cùng một lựa chọn.
refusal-round-level_over_100 = Mức độ đáp ứng của tiêu chí { $codes } phải là số nguyên từ 0 đến 100.
refusal-sheet-entered_and_confirmed_by_one = Người đã nhập phiếu giấy không được tự xác nhận phiếu đó; thư ký, là một người khác, xác nhận khớp bản giấy.
refusal-sheet-not_entered = Tổ giúp việc chưa nhập phiếu giấy này, hoặc nội dung xác nhận khác với nội dung đã nhập.
refusal-sheet-paper_without_scan = Phiếu giấy phải do tổ giúp việc nhập kèm bản quét và do thư ký xác nhận khớp bản giấy.
refusal-sheet-of_another = Phiếu này của thành viên khác; mỗi thành viên chỉ nộp phiếu đánh giá và bỏ phiếu của chính mình.
refusal-sheet-already_submitted = Phiếu đánh giá của thành viên này đã nộp nên không sửa được nữa.
refusal-sheet-salt_missing = Phiếu chưa có chuỗi ngẫu nhiên để niêm phong; gửi kèm chuỗi từ 32 ký tự thập lục phân trở lên.
refusal-round-invitation_missing = Chưa phát hành giấy mời họp của vòng đánh giá này; phát hành giấy mời trước khi khai mạc.
refusal-round-invitation_too_late = Giấy mời phải gửi trước ngày họp ít nhất { $needed } ngày làm việc, hiện có { $found }; ngày họp sớm nhất là { $first }.
refusal-round-quorum_missing = Có mặt { $found } thành viên, tối thiểu { $needed }; chỉ khai mạc khi đủ số thành viên.
refusal-round-vice_chair_not_entitled = Phó chủ tịch chỉ điều hành khi chủ tịch hội đồng (tổ trưởng) vắng mặt hoặc có xung đột lợi ích; phiên họp này do chủ tịch (tổ trưởng) khai mạc.
refusal-round-not_present = Người này không chủ trì hoặc không có mặt tại phiên họp nên không thực hiện được việc này; để người chủ trì, thư ký hoặc thành viên có mặt thực hiện.
refusal-ballot-no_second_vote = Phiếu của thành viên này đã được ghi nhận và không có thêm lần bỏ phiếu nào trong phiên họp này.
refusal-round-counting_board_missing = Việc kiểm phiếu phải do thành viên ban kiểm phiếu của phiên họp này thực hiện; lập ban kiểm phiếu nếu chưa có.
refusal-round-votes_missing = Chưa có đủ phiếu đã bỏ và kết quả kiểm phiếu (số thành viên có mặt chưa bỏ phiếu: { $missing }); hoàn thành bỏ phiếu và kiểm phiếu trước.
refusal-round-second_vote_needed = Số phiếu ngang nhau ở tiêu chí { $codes }; các thành viên có mặt bỏ phiếu lần thứ hai về các tiêu chí này.
refusal-round-figure_not_confirmed = Chưa có đa số thành viên xác nhận số liệu thị phần, phương pháp và nguồn số liệu; chưa thể kiểm phiếu.
refusal-round-minutes_differ = Biên bản không khớp với danh sách có mặt của phiên họp hoặc với bản người kia đã ký; hai người phải ký cùng một nội dung.
refusal-round-signed_already = Phần ký này của biên bản đã có chữ ký; chỉ còn chờ chữ ký của người kia (chủ tọa hoặc thư ký).
refusal-dossier-outcome_is_another = Kết quả theo quy định là “{ $outcome }” nên không thực hiện được việc này; lập quyết định theo đúng kết quả đó, hoặc hủy kết quả và đề nghị đánh giá lại.
refusal-dossier-purpose_is_review = Hồ sơ này là đánh giá lại nền tảng đã được công nhận; quyết định theo bước đánh giá định kỳ hoặc đột xuất, không theo công nhận lần đầu.

## Công nhận, đánh giá lại, xem xét lại
refusal-recognition-review_not_due = Chưa đến hạn đánh giá định kỳ; mở từ ngày { $from }.
refusal-recognition-review_not_set = Công nhận này chưa có ngày đánh giá định kỳ theo phiên bản quy định đang áp dụng; dùng đánh giá đột xuất nếu cần.
refusal-recognition-review_not_concluded = Đánh giá lại chưa có kết luận; hoàn thành vòng đánh giá trước khi quyết định.
refusal-recognition-short_review_not_allowed = Không đánh giá riêng một số tiêu chí được vì kết quả của tiêu chí { $code } không còn giá trị hoặc chưa đạt; đưa thêm tiêu chí đó vào phạm vi, hoặc đánh giá toàn bộ.
refusal-recognition-remediated_already = Lần đánh giá lại này đã có một thời hạn khắc phục; quyết định theo kết luận đánh giá lại.
refusal-recognition-holder_not_heard = Chưa đề nghị chủ nền tảng có ý kiến; gửi đề nghị và chờ ý kiến trước khi quyết định.
refusal-recognition-no_hearing_open = Không có đề nghị nào đang chờ ý kiến của chủ nền tảng; gửi đề nghị trước.
refusal-recognition-class_is_another = Loại đang được công nhận không phù hợp với việc này; xem loại hiện tại và chọn việc phù hợp.
refusal-recognition-warned_too_late = Phải báo trước đủ số ngày theo quy định; chọn ngày dừng hoạt động từ ngày { $earliest } trở đi.
refusal-reconsideration-nothing_decided = Hồ sơ này chưa có quyết định để xem xét lại hoặc khiếu nại; chọn đúng hồ sơ đã có quyết định.
refusal-reconsideration-too_late = Thời hạn đề nghị xem xét lại đã kết thúc khi hết ngày { $until }; quyền khiếu nại theo Luật Khiếu nại không bị ảnh hưởng.

## Công bố, ấn bản danh sách
refusal-publication-class_by_decision_only = Loại công nhận chỉ thay đổi theo quyết định đã ký; không đề nghị đổi hoặc từ chối cập nhật loại tại đây.
refusal-publication-ground_present = Căn cứ của mục công bố vẫn còn; chỉ đóng mục sau khi thu hồi công nhận, dừng hoạt động hoặc đưa ra khỏi Danh mục.
refusal-edition-not_current = Ấn bản được nêu không cùng danh sách, không phải ấn bản hiện hành hoặc chưa được tổng hợp; chọn đúng ấn bản hiện hành.
refusal-edition-entry_does_not_fit = Danh sách trống, có mục ghi hai lần, mục thuộc danh sách khác hoặc mục chưa chia sẻ thông tin; kiểm tra lại từng mục.
refusal-publication-record_incomplete = Phiếu dữ liệu còn thiếu mục { $field }; bổ sung rồi chia sẻ lại.
refusal-publication-editions_only = Phiên bản quy định đang áp dụng chỉ cho công bố cùng ấn bản của danh sách; chờ ấn bản tiếp theo.
refusal-publication-ground_missing = Căn cứ của mục công bố không còn hoặc chưa có hiệu lực; chỉ công bố khi công nhận còn hiệu lực, mục đã có trong Danh mục hoặc nền tảng đang sử dụng.

## Văn bản
refusal-document-no_act = Dự thảo chưa gắn với việc nào của quy trình; chọn ít nhất một việc mà văn bản này thực hiện.
refusal-document-acts_differ = Các việc trong văn bản không cùng loại văn bản hoặc không đúng các việc đã gắn với dự thảo; tách văn bản hoặc soạn lại cho khớp.
refusal-document-act_without_paper = Việc { $act } không thực hiện bằng văn bản phát hành; ghi nhận việc này trực tiếp, không qua dự thảo.
refusal-document-step_missing = Văn bản chưa qua bước { $step } là bước bắt buộc của quy trình trình ký; hoàn thành bước đó trước.
refusal-document-step_off = Phiên bản quy định đang áp dụng không dùng bước { $step }; chuyển sang bước tiếp theo của quy trình trình ký.
refusal-document-snapshot_missing = Nội dung dự thảo chưa được chốt; chốt nội dung trước khi ký hoặc phát hành.
refusal-document-snapshot_differs = Nội dung gửi lên khác với bản đã chốt của dự thảo; dùng đúng bản đã chốt, hoặc sửa dự thảo rồi trình ký lại.
refusal-document-not_entitled = Người ký không giữ nhiệm vụ ký văn bản trong ngày ký; chuyển người có thẩm quyền ký.
refusal-document-file_date = Ngày { $date } của tệp đã ký phải là hôm nay hoặc trước đó.
refusal-document-file_date_early = Ngày { $date } của tệp đã ký phải từ ngày trình ký { $from } trở đi.
refusal-document-number_date = Ngày văn bản { $date } phải từ ngày ký đến hôm nay; ghi lại ngày văn bản.
refusal-document-other_regulation = Văn bản theo phiên bản quy định khác với hồ sơ mà nó làm phát sinh hiệu lực.
refusal-document-number_taken = Số, ký hiệu này đã cấp cho văn bản khác của cơ quan trong năm; kiểm tra lại hoặc cấp số khác.
refusal-document-recipients_missing = Ghi ít nhất một nơi nhận trước khi phát hành.

## Thẩm quyền
denied-duty_of_another_act = Nhiệm vụ đang dùng không được thực hiện việc này; chuyển việc cho người có nhiệm vụ tương ứng.
denied-duty_not_held = Tài khoản không giữ nhiệm vụ này tại cơ quan, đơn vị vào ngày hôm nay; chọn nhiệm vụ đang giữ hoặc liên hệ người quản trị.
denied-foreign_organisation = Hồ sơ thuộc cơ quan, tổ chức khác nên tài khoản này không có quyền thực hiện.
denied-organisation_ceased = Cơ quan, tổ chức này không tồn tại vào ngày thực hiện; dùng nhiệm vụ tại cơ quan tiếp nhận chức năng.
denied-not_in_body = Quyết định thành lập hội đồng hoặc tổ chuyên gia không ghi tài khoản này ở vai trò đang dùng.
denied-foreign_unit = Hồ sơ do đơn vị khác trong cơ quan phụ trách; chuyển việc cho đơn vị đó.
denied-no_delegation = Không có ủy quyền còn hiệu lực hôm nay cho phép ký việc này; chuyển người có thẩm quyền hoặc bổ sung văn bản ủy quyền.
denied-not_by_person = Việc này do phần mềm tự ghi nhận, không thực hiện bằng tài khoản của người dùng.
denied-account_suspended = Tài khoản đang bị tạm khóa; liên hệ người quản trị của đơn vị để được mở lại.

## Dữ liệu gửi lên
input-text_empty = Nhập nội dung cho mục này.
input-text_too_long = Nội dung tối đa { $expected } ký tự; rút gọn cho vừa.
input-text_not_nfc = Chữ tiếng Việt phải ở dạng Unicode dựng sẵn (NFC); đổi sang bảng mã này rồi nhập lại.
input-text_control = Nội dung có ký tự điều khiển ẩn; xóa các ký tự đó rồi nhập lại.
input-hash = Mã băm SHA-256 phải gồm 64 ký tự thập lục phân viết thường (chữ số 0 đến 9, chữ a đến f).
input-id = Mã định danh phải đúng loại bản ghi và gồm tiền tố, dấu gạch dưới, 32 ký tự thập lục phân viết thường.
input-duty = Nhiệm vụ phải là một mã có trong quy trình, ví dụ MA-O.
input-act = Việc phải là một mã có trong quy trình, ví dụ L2.
input-too_large = Dữ liệu gửi lên vượt quá dung lượng cho phép; rút gọn nội dung hoặc tách thành nhiều lần gửi.
input-not_json = Dữ liệu gửi lên không đúng cú pháp JSON; kiểm tra dấu ngoặc, dấu phẩy và dấu nháy.
input-act_not_ordered = Việc này không gọi trực tiếp được vì tự phát sinh từ việc khác hoặc do phần mềm ghi nhận.
input-not_object = Nội dung của việc phải là một đối tượng JSON gồm các cặp tên và giá trị.
input-field_unknown = Trường này không có trong cấu trúc (các trường được dùng: { $expected }); bỏ đi hoặc sửa lại tên.
input-field_missing = Còn thiếu trường { $expected }; bổ sung trường này rồi gửi lại.
input-field_repeated = Trường này xuất hiện nhiều lần; chỉ giữ lại một.
input-choice_unknown = Giá trị không có trong các lựa chọn ({ $expected }); chọn lại một trong số đó.
input-time = Giờ phải theo dạng giờ:phút, ví dụ { $expected }.
input-date = Ngày phải có thật và theo dạng năm-tháng-ngày, ví dụ { $expected }.
input-type = Giá trị không đúng kiểu dữ liệu (kiểu cần dùng: { $expected }); nhập lại theo kiểu đó.
input-invalid = Nội dung không đọc được theo cấu trúc của việc này; đối chiếu từng trường với tài liệu mô tả rồi gửi lại.

## Dữ liệu vào của lệnh tính kết quả đánh giá
outcome-input-not_json = Dữ liệu vào không đúng cú pháp JSON; kiểm tra dấu ngoặc, dấu phẩy và dấu nháy.
outcome-input-unknown_field = Trường này không được dùng ở vị trí này trong dữ liệu vào; bỏ đi hoặc sửa lại tên trường.
outcome-input-missing_field = Còn thiếu một trường bắt buộc; bổ sung trường này.
outcome-input-repeated_field = Trường này xuất hiện nhiều lần; chỉ giữ lại một.
outcome-input-unknown_regulation = Không có phiên bản quy định nào mang mã này; ghi mã của một phiên bản đã có.
outcome-input-unknown_code = Mã tiêu chí này không có trong khung tiêu chí của phiên bản quy định đã chọn; kiểm tra lại mã.
outcome-input-repeated_code = Mã tiêu chí này được ghi nhiều lần; mỗi tiêu chí chỉ ghi một kết quả.
outcome-input-popularity_has_no_result = Tiêu chí về mức độ người dùng phổ biến được tính từ số liệu thị phần; bỏ kết quả ghi cho tiêu chí này.
outcome-input-unknown_result = Kết quả phải thuộc thang kết quả của phiên bản quy định đã chọn: met (đạt) hoặc not_met (không đạt), hoặc điểm số nếu phiên bản chấm điểm.
outcome-input-number_not_integer = Số phải là số nguyên, không có phần thập phân.
outcome-input-number_negative = Số phải từ 0 trở lên.
outcome-input-number_overflow = Số vượt quá giới hạn tính toán; kiểm tra lại số chữ số.
outcome-input-number_textual = Số phải ghi dưới dạng số JSON, không đặt trong dấu nháy.
outcome-input-market_zero = Quy mô thị trường tiềm năng phải lớn hơn 0.
outcome-input-users_above_market = Số người dùng không được lớn hơn quy mô thị trường; nếu ghi khoảng thì không được lớn hơn mức thấp.
outcome-input-low_above_high = Mức thấp của quy mô thị trường không được lớn hơn mức cao.
outcome-input-both_forms = Quy mô thị trường chỉ ghi theo một cách: một số duy nhất, hoặc một khoảng gồm mức thấp và mức cao.
outcome-input-half_interval = Khoảng quy mô thị trường phải có đủ mức thấp và mức cao; bổ sung mức còn thiếu.
outcome-input-wrong_type = Giá trị không đúng kiểu dữ liệu của trường này; nhập lại đúng kiểu.
outcome-input-unknown_option = Lệnh không có tùy chọn này hoặc tùy chọn thiếu giá trị; xem phần trợ giúp của lệnh.
fault-share-users_above_market = Số người dùng không được lớn hơn quy mô thị trường (mức thấp).
fault-share-low_above_high = Quy mô thị trường, mức cao phải bằng hoặc lớn hơn mức thấp.
fault-share-market_is_zero = Quy mô thị trường phải lớn hơn 0.
fault-share-too_large = Số quá lớn; kiểm tra lại số đã nhập.
fault-period-ends_before = Ngày kết thúc kỳ số liệu phải là ngày bắt đầu hoặc sau đó.
